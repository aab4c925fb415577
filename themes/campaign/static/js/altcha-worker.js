// Solves an ALTCHA challenge (protocol 2): finds the counter whose derived key begins with the
// wanted prefix. Several tries run at once, so that every core helps.
"use strict";
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function derive(parameters, salt, password) {
  const name = parameters.algorithm.toUpperCase();
  const hash = name.replace("PBKDF2/", "");
  if (name.startsWith("PBKDF2/")) {
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const rule = { name: "PBKDF2", hash, salt, iterations: parameters.cost };
    return crypto.subtle.deriveBits(rule, key, parameters.keyLength * 8);
  }
  if (!name.startsWith("SHA-")) throw new Error(`cannot solve ${parameters.algorithm}`);
  let data = new Uint8Array([...salt, ...password]);
  for (let i = 0; i < Math.max(1, parameters.cost); i += 1) data = new Uint8Array(await crypto.subtle.digest(hash, data));
  return data.slice(0, parameters.keyLength).buffer;
}

async function solve({ parameters }) {
  const start = performance.now();
  const nonce = bytes(parameters.nonce);
  const salt = bytes(parameters.salt);
  const wanted = parameters.keyPrefix.toLowerCase();
  const width = Math.max(2, Math.min(8, navigator.hardwareConcurrency || 2));
  const attempt = async (counter) => {
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    return { counter, derivedKey: hex(await derive(parameters, salt, password)) };
  };
  for (let counter = 0; counter < 0xffffffff; counter += width) {
    const tries = await Promise.all(Array.from({ length: width }, (_, i) => attempt(counter + i)));
    const found = tries.find((one) => one.derivedKey.startsWith(wanted));
    if (found) return { ...found, time: Math.floor((performance.now() - start) * 10) / 10 };
  }
  throw new Error("no solution");
}

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ solution: await solve(data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
