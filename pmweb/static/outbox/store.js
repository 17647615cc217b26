// What waits on this device: one record per capture, its files beside it, written before anything is sent.
const PENDING = "pending", CONFLICT = "conflict", REJECTED = "rejected";
const me = document.body.dataset.uid;
const within = (milliseconds) => AbortSignal.timeout?.(milliseconds); // iPadOS 15 has none

const store = (() => {
  let opened = null;
  const late = (what) => Promise.race([what, new Promise((_, no) => setTimeout(no, 5000, Error()))]); // Safari may never answer
  const open = () => (opened ??= late(idb.openDB("pmweb", 1, {
    upgrade(db) {
      const queue = db.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
      queue.createIndex("id", "id", { unique: true });
      db.createObjectStore("files");
      db.createObjectStore("lanes"); // the last acknowledged key of each lane, kept after its record is gone
    },
    terminated() { opened = null; },
  })).catch((error) => {
    opened = null;
    throw error;
  }));
  // a tab in the background may lose its database (iOS): once more with a new handle
  const using = async (act) => {
    try {
      return await act(await open());
    } catch (error) {
      if (!/InvalidState|Unknown/.test(error.name)) throw error;
      opened = null;
      return act(await open());
    }
  };
  const changing = (act) => using(async (db) => {
    const names = ["queue", "files", "lanes"], change = db.transaction(names, "readwrite", { durability: "strict" });
    change.done.catch(() => {}); // what is wrong is told by the act
    await act(...names.map((name) => change.objectStore(name)));
    await change.done;
  });
  const take = (queue, files, record) => {
    queue.delete(record.seq);
    for (let i = 0; i < record.nfiles; i++) files.delete(`${record.seq}:${i}`);
  };
  /** What went on from a record that the server never saw goes on from the one before it. */
  const relink = async (queue, record) => {
    for (const one of await queue.getAll()) if (one.prev === record.id) queue.put({ ...one, prev: record.prev });
  };
  /** Whether a record is a refused one again, or says all that it said: then it stands for it. */
  const covers = (record, old) => old.status === REJECTED && (old.id === record.id || old.url === record.url && old.nfiles <= record.nfiles
    && old.fields.every(([name, value]) => !value || record.fields.some(([other, said]) => other === name && said)));

  return {
    /** Everything that waits, whoever captured it, in the order of capture. */
    all: () => using((db) => db.getAll("queue")),
    /** Keep a record with its files. */
    add: (record, list) => changing(async (queue, files, lanes) => {
      const [all, former] = await Promise.all([queue.getAll(), lanes.get(`${record.uid} ${record.lane}`)]);
      const own = all.filter((r) => r.uid === record.uid && r.lane === record.lane);
      for (const old of own) if (covers(record, old)) take(queue, files, old);
      record.prev = own.findLast((r) => r.status !== REJECTED)?.id ?? former ?? "";
      const put = queue.add(record);
      for (let i = 0; i < record.nfiles; i++) files.put(list[i], `${await put}:${i}`);
      queue.transaction.commit(); // now, not when the page has had time to hear that nothing follows
      await put;
    }),
    /** Say something else of a record, if it is still there. */
    change: (record, news) => changing(async (queue) => {
      const now = await queue.get(record.seq);
      if (!now) return;
      await queue.put(Object.assign(record, now, news));
      if (news.status === REJECTED) await relink(queue, record);
    }),
    /** Take a record out; `sent` remembers its key for the next of its lane. */
    drop: (record, sent = false) => changing(async (queue, files, lanes) => {
      take(queue, files, record);
      if (!sent) await relink(queue, record);
      else if (!record.nfiles) lanes.put(record.id, `${record.uid} ${record.lane}`);
    }),
    file: (record, i) => using((db) => db.get("files", `${record.seq}:${i}`)),
  };
})();
