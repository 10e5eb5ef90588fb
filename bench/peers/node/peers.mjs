// What overlap is compared with, in Node's standard library.
//
// usage: peers.mjs MODE COUNT    prints the nanoseconds of one operation
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { fileURLToPath } from "node:url";

const ANSWER = 7;

function check(got) {
  if (got !== ANSWER) throw new Error(`wrong result ${got}, want ${ANSWER}`);
}

// timed times count operations after some that compile the code.
async function timed(count, operation) {
  for (let i = 0; i < Math.max(1, count / 10); i++) check(await operation());
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) check(await operation());
  return Number(process.hrtime.bigint() - start) / count;
}

// promise defers a task to the event loop and awaits it.
function promise(count) {
  return timed(count, () => Promise.resolve().then(() => ANSWER));
}

// worker has another thread send the answer.
async function worker(count) {
  const thread = new Worker(fileURLToPath(import.meta.url));
  let settle, refuse;
  thread.on("message", (v) => settle(v));
  thread.on("error", (err) => refuse(err));
  const time = await timed(count, () => new Promise((resolve, reject) => {
    settle = resolve;
    refuse = reject;
    thread.postMessage(ANSWER);
  }));
  await thread.terminate();
  return time;
}

const modes = { promise, worker };

if (!isMainThread) {
  parentPort.on("message", (v) => parentPort.postMessage(v));
} else {
  const [mode, count] = process.argv.slice(2);
  if (!(mode in modes) || !(Number(count) >= 1)) {
    console.error(`usage: peers.mjs MODE COUNT; modes: ${Object.keys(modes).join(", ")}`);
    process.exit(1);
  }
  console.log(await modes[mode](Number(count)));
}
