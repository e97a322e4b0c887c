// Is an AI bot of WeCom by WeCom's own client for Node; prints what became of it as JSON.
//
// It is told by what people say: 结束 ends it, all else is answered in three steps.
import AiBot from "@wecom/aibot-node-sdk";

const [wsUrl, botId, secret] = process.argv.slice(2);
const seen = { authenticated: 0, messages: [], events: [], codes: [], errors: [], disconnected: 0 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const settings = { wsUrl, botId, secret, logger: silent, heartbeatInterval: 2000, maxAuthFailureAttempts: 0 };
const bot = new AiBot.WSClient(settings);
const taken = (frame) => seen.codes.push(frame.errcode);
const end = () => {
  bot.disconnect();
  console.log(JSON.stringify(seen));
  process.exit(0);
};

bot.on("authenticated", () => (seen.authenticated += 1));
bot.on("message.text", async ({ headers, body }) => {
  seen.messages.push(body.text.content);
  if (body.text.content === "结束") return end();
  const frame = { headers };
  taken(await bot.replyStream(frame, "stream-1", "正在查阅文件…", false, undefined, { id: "feedback-1" }));
  taken(await bot.replyStream(frame, "stream-1", "每人每天", false));
  taken(await bot.replyStream(frame, "stream-1", "每人每天补助5元[1]。", true));
  taken(await bot.sendMessage(body.from.userid, { msgtype: "markdown", markdown: { content: "问：…" } }));
  await bot.reply({ headers: { req_id: "never-asked" } }, { msgtype: "stream", stream: { id: "s", finish: true, content: "x" } }).catch(taken);
});
bot.on("event.enter_chat", async ({ headers }) =>
  taken(await bot.replyWelcome({ headers }, { msgtype: "text", text: { content: "您好" } })),
);
bot.on("event", ({ body }) => seen.events.push(body.event.eventtype));
bot.on("event.disconnected_event", () => {
  seen.disconnected += 1;
  setTimeout(end, 100);
});
bot.on("error", (error) => {
  seen.errors.push(error.message);
  if (error.code === "WS_AUTH_FAILURE_EXHAUSTED") end();
});
bot.connect();
