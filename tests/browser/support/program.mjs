// Runs `groundswell dev` on a copy of the demonstration site, each test file with an instance of
// its own: own folder, own database, own ports.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const repository = path.resolve(fileURLToPath(import.meta.url), "../../../..");

/** The folder with the built programs: cargo's target folder, debug profile unless told otherwise. */
export const binaries =
  process.env.GROUNDSWELL_BIN_DIR ??
  path.join(process.env.CARGO_TARGET_DIR ?? path.join(repository, "target"), "debug");

const parts = ["config.toml", "groundswell.toml", "content", "themes", "static"];

/** The longest that one file of tests may take: a test that waits for ever is told, not waited for. */
const longest = 240_000;

/** What still runs; ended whatever happens, since a child left behind keeps the test's process alive. */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
setTimeout(() => {
  console.error(`these tests did not end within ${longest / 1000} s`);
  process.exit(1);
}, longest).unref();

/**
 * Starts the development server.
 * @param {{serviceConfig?: string}} options `serviceConfig`: TOML laid over the service's settings.
 */
export async function startSite({ serviceConfig } = {}) {
  const root = await mkdtemp(path.join(tmpdir(), "groundswell-test-"));
  for (const part of parts) {
    await cp(path.join(repository, part), path.join(root, part), { recursive: true });
  }
  const args = ["--root", root, "dev", "--port", "0"];
  if (serviceConfig) {
    const file = path.join(root, "service.toml");
    await writeFile(file, serviceConfig);
    args.push("--service-config", file);
  }
  const child = spawn(path.join(binaries, "groundswell"), args, {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = new Promise((resolve) => child.once("close", resolve));
  let log = "";
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`no address within 120 s:\n${log}`));
    }, 120_000);
    const read = (chunk) => {
      log += chunk;
      const found = log.match(/Site\s+(http:\/\/[^\s]+)/);
      if (found) {
        clearTimeout(timer);
        resolve(found[1].replace(/\/$/, ""));
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`groundswell dev ended with ${code}:\n${log}`));
    });
  });
  return {
    url,
    root,
    log: () => log,
    file: (name) => path.join(root, name),
    read: (name) => readFile(path.join(root, name), "utf8"),
    write: (name, text) => writeFile(path.join(root, name), text),
    async stop() {
      child.removeAllListeners("exit");
      child.kill("SIGTERM");
      const slow = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await ended;
      clearTimeout(slow);
      running.delete(child);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Tries `probe` until it returns something true. */
export async function eventually(what, probe, milliseconds = 20_000) {
  const end = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${milliseconds} ms (${last})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The newest mail to an address whose text matches. */
export function mailTo(site, address, matching = /./) {
  return eventually(`a mail to ${address} matching ${matching}`, async () => {
    const answer = await fetch(`${site.url}/dev/mailbox.json`);
    const mails = await answer.json();
    return mails.find((m) => m.to.includes(address) && matching.test(`${m.subject}\n${m.text}`));
  });
}

/** The first link in a mail's text whose path starts so (`/service/confirm/`). */
export function linkIn(mail, start) {
  const links = mail.text.match(/https?:\/\/[^\s<>"]+/g) ?? [];
  const link = links.find((l) => new URL(l).pathname.startsWith(start));
  if (!link) throw new Error(`no link to ${start} in:\n${mail.text}`);
  return link;
}

export async function count(site, petition = "safe-online") {
  const answer = await fetch(`${site.url}/service/petitions/${petition}/count`);
  return (await answer.json()).count;
}
