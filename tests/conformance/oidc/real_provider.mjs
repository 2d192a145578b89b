// The package oidc-provider, with its own pages for login and consent.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

function jwk(type, alg, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

// `clients`: name of the strategy → algorithm of its ID tokens.
export function realProvider(issuer, origin, clients) {
  const provider = new Provider(issuer, {
    clients: Object.entries(clients).map(([name, alg]) => ({
      client_id: name,
      client_secret: `secret of ${name}: &=+%`,
      redirect_uris: ['callback', 'token'].map((end) => `${origin}/api/auth/${name}/${end}`),
      id_token_signed_response_alg: alg,
    })),
    jwks: {
      keys: [
        jwk('rsa', 'RS256', { modulusLength: 2048 }),
        jwk('ec', 'ES256', { namedCurve: 'P-256' }),
        jwk('ed25519', 'EdDSA', {}),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (context, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: id }),
    }),
    cookies: { keys: ['of this run'] },
  });
  return provider.callback();
}

// Signs in there as a person would, from the page of the node's choice to the way back.
export async function signInAt(browser, url, login) {
  let answer = await browser.get(url);
  for (let turn = 0; turn < 12; ++turn) {
    if (answer.location?.includes('/api/auth/')) return answer.location;
    if (answer.location) {
      url = answer.location;
      answer = await browser.get(url);
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(answer.text)?.[1];
    if (!action) throw new Error(`the provider shows no form: ${answer.status} ${answer.text}`);
    const form = prompt === 'login' ? { prompt, login, password: 'any' } : { prompt };
    answer = await browser.post(new URL(action, url).href, { form });
  }
  throw new Error('the provider does not come to an end');
}
