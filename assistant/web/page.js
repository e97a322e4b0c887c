// Keeps the question that was asked last at the top while its answer grows, until the reader scrolls.
// Gradio's own scrolling goes to the end, which is the last source and not the answer.
(function watch() {
  const log = document.querySelector("#chat [role=log]");
  if (!log) return void setTimeout(watch, 200);
  let asked = 0, following = false;
  for (const event of ["wheel", "touchmove", "keydown"]) log.addEventListener(event, () => { following = false; });
  new MutationObserver(() => {
    const questions = log.querySelectorAll(".user-row");
    if (questions.length !== asked) following = questions.length > asked;
    asked = questions.length;
    if (following) log.scrollTop += questions[asked - 1].getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
  }).observe(log, { childList: true, subtree: true, characterData: true });
})();
