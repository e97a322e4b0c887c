"""What the chat page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.errors import Language, Message

WORDS: Mapping[str, Message] = {
    "title": Message("政策助手", "Policy Assistant"),
    "intro": Message(
        "依据库中的政策文件回答问题，并注明出处；库中没有的，会直说没有。请以原文为准。",
        "Answers from the policy documents in the library, with the sources; says so where they have no "
        "answer. The original is what counts.",
    ),
    "holds": Message("库中现有 {} 份文件", "{} documents in the library"),
    "cannot": Message(
        "不回答政策以外的问题，不写公文，也不凭常识补充。",
        "No answers beyond the policies, no drafting of documents, nothing from general knowledge.",
    ),
    "library": Message("文件库", "Library"),
    "other_language": Message("English", "中文"),
    "other_short": Message("EN", "中"),
    "theme": Message("明暗", "Theme"),
    "ask": Message("请输入问题", "Ask a question"),
    "send": Message("发送", "Send"),
    "stop": Message("停止", "Stop"),
    "question": Message("问题", "Question"),
    "answer": Message("回答", "Answer"),
    "conversation": Message("对话", "Conversation"),
    "conversations": Message("历史对话", "Conversations"),
    "new": Message("新对话", "New conversation"),
    "none_yet": Message("还没有对话。", "No conversations yet."),
    "more": Message("更多操作", "More"),
    "rename": Message("改名", "Rename"),
    "delete": Message("删除", "Delete"),
    "delete_all": Message("全部删除", "Delete all"),
    "sure": Message("删除后无法恢复。", "This can't be undone."),
    "export": Message("导出", "Export"),
    "kept": Message(
        "对话保存在本服务器上，只有这个浏览器能看到。",
        "Conversations are kept on this server; only this browser can see them.",
    ),
    "scope": Message("限定范围", "Ask in a part of the library"),
    "documents": Message("文件", "Documents"),
    "regions": Message("地区", "Regions"),
    "kinds": Message("类别", "Kinds"),
    "years": Message("年份", "Years"),
    "stage_search": Message("检索", "Searching"),
    "stage_compose": Message("组织", "Composing"),
    "stage_check": Message("核对", "Checking"),
    "looked": Message("又查了：{}", "Also: {}"),
    "stopped": Message("已停止：没有写完，出处也没有列出。", "Stopped: unfinished, and without its sources."),
    "interrupted": Message(
        "这一问没有答完：服务中断过。可以点“重新回答”。",
        "This one was not finished: the service was interrupted. Press Answer again.",
    ),
    "failed": Message(
        "回答时出错，原因已记入日志。", "Something went wrong while answering; the cause is in the log."
    ),
    "again": Message("请再试一次，仍不行请联系管理员。", "Try again, or tell the administrator."),
    "not_kept": Message(
        "这一问没有存下来，刷新后会看不到。", "This one could not be kept: a reload will lose it."
    ),
    "source": Message("依据：", "Source: "),
    "places": Message("{} 处", "{} places"),
    "searched": Message("问题理解为：", "Understood as: "),
    "nearest": Message("相近的内容：", "Close to it: "),
    "next": Message("接着问：", "Ask next: "),
    "copy": Message("复制", "Copy"),
    "copied": Message("已复制", "Copied"),
    "share": Message("分享", "Share"),
    "shared": Message("链接已复制，谁有它都能看这个回答", "Link copied: whoever has it can read this answer"),
    "not_shared": Message("没有分享成功，请稍后再试", "That did not work; try again later"),
    "picture": Message("存为图片", "As a picture"),
    "picture_more": Message(
        "……（全文较长，请到网页查看）", "… (too long for a picture: the page has all of it)"
    ),
    "picture_from": Message(
        "由{}自动整理，图片存于{}。请以原文为准。",
        "Put together by {}; picture of {}. The original is what counts.",
    ),
    "picture_saved": Message("图片已保存", "Picture saved"),
    "picture_keep": Message("下载", "Download"),
    "picture_press": Message("长按图片可保存或转发", "Press the picture for long to keep or forward it"),
    "picture_failed": Message(
        "图片没有做成，请改用“复制”或“分享”。", "The picture could not be made: use Copy or Share instead."
    ),
    "own_file": Message("问自己的文件", "Ask in my own document"),
    "own_file_in": Message("只在《{}》中回答 ✕", "Answers from “{}” alone ✕"),
    "own_file_reading": Message(
        "正在读《{}》，长文件要一两分钟。", "Reading “{}”; a long one takes a minute or two."
    ),
    "own_file_why": Message(
        "只用于这个对话，不进文件库，别人看不到；一小时没有提问就会删除。"
        "服务接了对话模型或向量接口时，相关段落会发给它们。",
        "For this conversation alone: in no library, seen by nobody else, and deleted an hour after the last"
        " question. Where the server uses a chat model or an embedding endpoint, passages are sent there.",
    ),
    "own_file_one": Message("一次只能问一份文件", "One document at a time"),
    "own_file_failed": Message(
        "文件没有传成，请检查网络后再试。", "The document did not get through. Check the network, try again."
    ),
    "place": Message("我的地方", "My place"),
    "place_why": Message(
        "说一次您在哪里任教，以后提问不写地名时，先看本地和上级的文件。只记在这个浏览器里。",
        "Say once where you teach: where a question names no place, its documents and those of the places"
        " around it come first. Kept in this browser only.",
    ),
    "place_unknown": Message("没有这个地方，请从列表中选", "No such place: choose one from the list"),
    "place_none": Message("不记地方", "No place"),
    "copy_sources": Message("连出处复制", "Copy with sources"),
    "copied_sources": Message("已复制，含出处", "Copied, with the sources"),
    "good": Message("有用", "Helpful"),
    "bad": Message("有问题", "Not right"),
    "retry": Message("重新回答", "Answer again"),
    "edit": Message("修改", "Edit"),
    "editing": Message(
        "正在修改：发送后替换这一问和之后的内容。",
        "Sending replaces this question and all after it.",
    ),
    "cancel": Message("取消", "Cancel"),
    "save": Message("保存", "Save"),
    "what_is_wrong": Message("哪里有问题？", "What is not right?"),
    "wrong": Message("内容错了", "It is wrong"),
    "wrong_source": Message("出处不对", "Wrong source"),
    "not_answered": Message("没答到", "Does not answer"),
    "too_long": Message("太长", "Too long"),
    "other": Message("其他", "Something else"),
    "say_more": Message("补充说明（可不填）", "Say more (optional)"),
    "thanks": Message("已记下，谢谢。", "Noted, thank you."),
    "reader": Message("原文", "Original"),
    "new_tab": Message("在新页打开", "Open in a new tab"),
    "close": Message("关闭", "Close"),
}


def words_in(language: Language) -> dict[str, str]:
    """All of them in one language."""
    return {name: message.in_language(language) for name, message in WORDS.items()}
