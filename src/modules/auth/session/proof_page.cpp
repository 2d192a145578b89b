#include "modules/auth/session/proof_page.hpp"

#include <array>
#include <string>

namespace noded::auth {
namespace {

constexpr Words kWithoutScript{
    "Without JavaScript please wait a minute, then try again.",
    "如未启用 JavaScript，请等待一分钟后重试。"
};

// SHA-256 (FIPS 180-4) of one block, of which only the first word counts: browsers give their own
// to pages over TLS alone, and too slowly for this. The work begins with the page, so that it is
// done before most people have typed a password; who is faster waits for it.
constexpr std::string_view kScript = R"js('use strict';
(() => {
  const field = document.querySelector('input[data-challenge]');
  if (!field) return;
  const form = field.form;
  const { challenge, bits } = field.dataset;

  const first = new Int32Array(8);
  const constants = new Int32Array(64);
  const fraction = (root) => (root * 4294967296) | 0;
  const isPrime = (n) => {
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false;
    return true;
  };
  for (let n = 2, i = 0; i < 64; n += 1) {
    if (!isPrime(n)) continue;
    if (i < 8) first[i] = fraction(Math.sqrt(n));
    constants[i] = fraction(Math.cbrt(n));
    i += 1;
  }

  const words = new Int32Array(64);
  const zeroBits = (text) => {
    words.fill(0, 0, 16);
    for (let i = 0; i < text.length; i += 1) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
    words[15] = text.length * 8;
    for (let i = 16; i < 64; i += 1) {
      const x = words[i - 15], y = words[i - 2];
      words[i] = words[i - 16] + words[i - 7]
        + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ (x >>> 3))
        + ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ (y >>> 10));
    }
    let a = first[0], b = first[1], c = first[2], d = first[3];
    let e = first[4], f = first[5], g = first[6], h = first[7];
    for (let i = 0; i < 64; i += 1) {
      const one = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7))
        + ((e & f) ^ (~e & g)) + constants[i] + words[i] | 0;
      const two = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10))
        + ((a & b) ^ (a & c) ^ (b & c)) | 0;
      h = g; g = f; f = e; e = d + one | 0;
      d = c; c = b; b = a; a = one + two | 0;
    }
    return Math.clz32(first[0] + a | 0);
  };

  let isDone = false;
  let isWanted = false;
  form.addEventListener('submit', (event) => {
    if (isDone) return;
    event.preventDefault();
    isWanted = true;
    form.querySelector('button').disabled = true;
  });
  let tried = 0;
  const work = () => {
    for (const end = tried + 5000; tried < end; tried += 1) {
      const nonce = tried.toString(36);
      if (zeroBits(challenge + nonce) < Number(bits)) continue;
      field.value = challenge + '.' + nonce;
      isDone = true;
      if (isWanted) form.submit();
      return;
    }
    setTimeout(work);
  };
  work();
})();
)js";

}  // namespace

void ask_for_work(HtmlPage& page, const ProofDemand& demand) {
  const std::string bits = std::to_string(demand.bits);
  const std::array<HtmlPage::Text, 2> texts{{{"challenge", demand.challenge}, {"bits", bits}}};
  page.hidden("proof", texts);
}

void work_in_browser(HtmlPage& page, Language language) {
  page.without_script(kWithoutScript.in(language));
  page.script(kProofScriptPath, {});
}

std::string_view proof_script() noexcept {
  return kScript;
}

}  // namespace noded::auth
