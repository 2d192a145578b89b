// The script of passkey_page.hpp: passkeys, where the browser has them. The pages of the login work
// without it.
#include "modules/auth/session/passkey_page.hpp"

namespace noded::auth {
namespace {

constexpr std::string_view kScript = R"js('use strict';
(() => {
  const base = document.currentScript.dataset.base;
  const find = (id) => document.getElementById(id);
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const descriptors = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  // WebAuthn Level 3 has these two; older browsers are helped.
  const creationOptions = (json) => PublicKeyCredential.parseCreationOptionsFromJSON
    ? PublicKeyCredential.parseCreationOptionsFromJSON(json)
    : { ...json, challenge: bytes(json.challenge), user: { ...json.user, id: bytes(json.user.id) },
        excludeCredentials: descriptors(json.excludeCredentials) };
  const requestOptions = (json) => PublicKeyCredential.parseRequestOptionsFromJSON
    ? PublicKeyCredential.parseRequestOptionsFromJSON(json)
    : { ...json, challenge: bytes(json.challenge), allowCredentials: descriptors(json.allowCredentials) };
  const answerOf = (made) => {
    if (made.toJSON) return made.toJSON();
    const response = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    if (made.response.getTransports) response.transports = made.response.getTransports();
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };

  const ask = async (method, path, body) => {
    const answer = await fetch(base + path, {
      method, credentials: 'same-origin', headers: { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const json = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw Object.assign(new Error(json.error.message), { code: json.error.code });
    return json;
  };
  const post = (path, body) => ask('POST', path, body);

  const signIn = async (mediation, signal) => {
    const publicKey = requestOptions(await post('/login/options', {}));
    const made = await navigator.credentials.get({ publicKey, mediation, signal });
    await post('/login/verify', answerOf(made));
  };
  const make = async (body) => {
    const publicKey = creationOptions(await post('/register/options', body));
    const made = await navigator.credentials.create({ publicKey });
    await post('/register/verify', answerOf(made));
  };

  const next = () => {
    const field = document.querySelector('input[name=next]');
    location.assign(field ? field.value : '/');
  };
  // The browser's own words for what its user has done would tell him nothing new.
  const tell = (problem) => {
    const shown = find('passkey-problem');
    if (problem && (problem.name === 'AbortError' || problem.name === 'NotAllowedError')) return;
    shown.textContent = problem
      ? shown.dataset[problem.code] || (problem.name === 'InvalidStateError' ? shown.dataset.known : shown.dataset.failed)
      : '';
    shown.hidden = !problem;
  };
  const on = (id, work) => {
    const button = find(id);
    if (!button) return;
    button.addEventListener('click', async (event) => {
      event.preventDefault();
      tell(null);
      button.disabled = true;
      try { await work(); } catch (problem) { tell(problem); }
      button.disabled = false;
    });
  };
  for (const part of document.querySelectorAll('[data-passkey]')) part.hidden = false;

  // Offers passkeys in the field of the name, for as long as the page is open.
  let offer = null;
  const kept = 4 * 60 * 1000;
  const offerInField = async () => {
    const able = PublicKeyCredential.isConditionalMediationAvailable;
    if (!able || !await able.call(PublicKeyCredential)) return;
    const mine = offer = new AbortController();
    const again = setTimeout(() => { mine.abort(); offerInField(); }, kept);
    try {
      await signIn('conditional', mine.signal);
      next();
    } catch (problem) {
      tell(problem);
    }
    clearTimeout(again);
  };
  if (find('passkey-login')) offerInField();
  on('passkey-login', async () => {
    if (offer) offer.abort();
    await signIn('optional');
    next();
  });
  on('passkey-register', async () => {
    await make({ username: find('passkey-name').value });
    next();
  });

  const list = find('passkey-list');
  if (!list) return;
  const words = list.dataset;
  const button = (label, work) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'small';
    made.textContent = label;
    made.addEventListener('click', async () => {
      tell(null);
      try { await work(); } catch (problem) { tell(problem); }
    });
    return made;
  };
  const provenAgain = async () => {
    const publicKey = requestOptions(await post('/stepup/options', {}));
    await post('/stepup/verify', answerOf(await navigator.credentials.get({ publicKey })));
  };
  const remove = async (id) => {
    try {
      await ask('DELETE', '/credentials/' + id);
    } catch (problem) {
      if (problem.code !== 'step_up_required') throw problem;
      await provenAgain();
      await ask('DELETE', '/credentials/' + id);
    }
  };
  const show = async () => {
    const { credentials } = await ask('GET', '/credentials');
    if (credentials.length === 0) {
      const none = document.createElement('li');
      none.textContent = words.none;
      list.replaceChildren(none);
      return;
    }
    list.replaceChildren(...credentials.map((passkey) => {
      const item = document.createElement('li');
      const name = document.createElement('strong');
      name.textContent = passkey.name;
      const since = document.createElement('span');
      const day = (time) => new Date(time).toLocaleDateString(document.documentElement.lang, { dateStyle: 'medium' });
      since.textContent = words.made + ' ' + day(passkey.createdAt)
        + (passkey.lastUsedAt ? ' · ' + words.used + ' ' + day(passkey.lastUsedAt) : '');
      item.append(name, since, button(words.rename, async () => {
        const given = prompt(words.rename, passkey.name);
        if (given) await ask('PATCH', '/credentials/' + passkey.id, { name: given });
        await show();
      }), button(words.remove, async () => {
        if (!confirm(words.remove + ': ' + passkey.name + '?')) return;
        await remove(passkey.id);
        await show();
      }));
      return item;
    }));
  };
  on('passkey-add', async () => { await make({}); await show(); });
  show().catch(tell);
})();
)js";

}  // namespace

std::string_view passkey_script() noexcept {
  return kScript;
}

}  // namespace noded::auth
