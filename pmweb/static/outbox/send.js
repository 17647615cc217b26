// One sender for all tabs: first in, first out in a lane; a parent lane (movein/12) and its children wait for each other.
const sender = (() => {
  const SLOWEST = 60_000;
  let timer, tries = 0, running = false, again = false, state = "ok";

  /** Who is signed in, with which token: the body is read, for a captive portal answers, too. */
  const ping = async () => {
    try {
      const answer = await fetch("/session/ping", { cache: "no-store", signal: within(5000) });
      const said = await answer.json();
      return said.pmweb ? said : null;
    } catch {
      return null;
    }
  };

  const packed = async (record) => {
    const body = new FormData();
    for (const [name, value] of record.fields) body.append(name, value);
    for (let i = 0; i < record.nfiles; i++) {
      const file = await store.file(record, i); // a fresh File: Safari sends stored ones empty
      body.append(file.field, new File([file.bytes], file.name, { type: file.type }));
    }
    return body;
  };
  const post = (record, body, csrf) => fetch(record.url, {
    method: "POST", body, redirect: "manual", signal: within(record.nfiles ? 120_000 : 15_000),
    headers: {
      "HX-Request": "true", "HX-Target": record.target, "HX-Current-URL": record.page, "Idempotency-Key": record.id, "X-Uid": me,
      "X-CSRFToken": csrf, "X-Captured-At": record.at, ...(record.prev && { "X-Prev-Key": record.prev }),
    },
  });

  const related = (a, b) => a === b || a.startsWith(b + "/") || b.startsWith(a + "/");
  /** Whether an earlier record holds a later one back; a refused one holds only what would settle the whole matter. */
  const holds = (earlier, later) => earlier.status === REJECTED ? earlier.lane.startsWith(later.lane + "/") : related(earlier.lane, later.lane);
  /** The next one that may go: words before photos, nothing before what was captured earlier in its lanes. */
  const next = (records) => {
    const free = records.filter((r, i) => r.status === PENDING && !records.slice(0, i).some((e) => holds(e, r)));
    return free.find((r) => !r.nfiles) ?? free[0];
  };

  const TELLS = { 401: "login", 408: "later", 425: "later", 429: "later" };
  /** Send until nothing may go; what stopped it: ok · offline · login · later. Answers are shown once it has stopped. */
  const drain = async (answers) => {
    let session = await ping(), renewed = 0, painted = performance.now();
    if (!session) return "offline";
    for (;;) {
      if (String(session.uid ?? "") !== me) return "login";
      const record = next(await outbox.mine());
      if (!record) return "ok";
      let body, answer;
      try {
        body = await packed(record);
      } catch { // its photo is not on the device any more
        await store.change(record, { status: REJECTED, code: 0 });
        continue;
      }
      try {
        answer = await post(record, body, session.csrf);
      } catch {
        return "offline";
      }
      if (answer.type === "opaqueredirect") return "login";
      const tells = TELLS[answer.status] ?? (answer.status >= 500 ? "later" : "");
      if (tells) return tells;
      if (answer.headers.get("X-Key") !== record.id) return "later"; // somebody else answers here
      if (answer.status === 400 && /new-token/.test(answer.headers.get("HX-Trigger"))) {
        if (renewed++ > 2) return "later";
        session = await ping();
        if (!session) return "offline";
        continue;
      }
      const html = await answer.text();
      if (answer.ok) await store.drop(record, true);
      else await store.change(record, { status: answer.status === 409 ? CONFLICT : REJECTED, code: answer.status, html });
      answers.push([record, answer.headers.get("X-See"), answer.ok ? html : ""]);
      if (performance.now() - painted > 300) {
        await outbox.paint();
        painted = performance.now();
      }
    }
  };

  /** Whether something of this person's may still be sent. */
  const waits = async () => (await outbox.mine()).some((r) => r.status === PENDING);
  const flush = async (why) => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    clearTimeout(timer);
    const answers = [];
    try {
      const work = async (lock) => {
        if (lock === null) return "later"; // another tab sends
        return (await waits()) ? drain(answers) : "ok";
      };
      state = navigator.locks ? await navigator.locks.request("pmweb-outbox", { ifAvailable: true }, work) : await work();
    } catch {
      state = "later";
    }
    running = false;
    await outbox.paint();
    outbox.tell(answers);
    outbox.answered(answers);
    if (again) {
      again = false;
      return flush();
    }
    tries = state === "ok" ? 0 : tries + (why === "timer"); // only the timer makes the pause longer
    if (state !== "login" && (await waits())) timer = setTimeout(flush, Math.min(2 ** tries * 500, SLOWEST), "timer");
  };

  return { flush, ping, get state() { return state; } };
})();
