// An issuer that does what it is told, wrongly if need be: its answers are functions that each case
// may replace.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';

const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function makeKey(kid, type = 'rsa') {
  const options = type === 'ec' ? { namedCurve: 'P-256' } : { modulusLength: 2048 };
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  const alg = { rsa: 'RS256', ec: 'ES256', ed25519: 'EdDSA' }[type];
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

export function makeToken(claims, header, key) {
  const signed = `${text(header)}.${text(claims)}`;
  if (header.alg === 'none') return `${signed}.`;
  if (header.alg === 'HS256') {
    const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }
  const digest = key.alg === 'EdDSA' ? null : 'sha256';
  const signature = sign(digest, Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

export class FalseIssuer {
  keys = [makeKey('one')];
  asked = { jwks: 0, discovery: 0, token: 0 };

  constructor(origin) {
    this.origin = origin;
    this.reset();
  }

  reset() {
    this.subject = 'fred';
    this.nonce = '';
    this.changeClaims = (claims) => claims;
    this.changeHeader = (header) => header;
    this.changeToken = (token) => token;
    this.signer = this.keys.at(-1);
    this.tokenAnswer = null;
    this.userinfo = () => ({ sub: this.subject, email: `${this.subject}@example.com`, email_verified: true });
  }

  idToken() {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.origin, sub: this.subject, aud: 'client', nonce: this.nonce, iat: now, exp: now + 300,
      email: `${this.subject}@example.com`, email_verified: true,
      at_hash: createHash('sha256').update('access').digest().subarray(0, 16).toString('base64url'),
    };
    const header = { alg: this.signer.alg, kid: this.signer.kid };
    return this.changeToken(makeToken(this.changeClaims(claims), this.changeHeader(header), this.signer));
  }

  handle(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    const answer = (value, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const metadata = {
      issuer: this.origin,
      authorization_endpoint: `${this.origin}/authorize`,
      token_endpoint: `${this.origin}/token`,
      userinfo_endpoint: `${this.origin}/userinfo`,
      jwks_uri: `${this.origin}/jwks`,
      authorization_response_iss_parameter_supported: true,
    };
    switch (pathname) {
      case '/.well-known/openid-configuration':
        this.asked.discovery += 1;
        return answer(metadata);
      case '/huge/.well-known/openid-configuration':
        return answer({ ...metadata, issuer: `${this.origin}/huge`, padding: 'x'.repeat(300_000) });
      case '/other/.well-known/openid-configuration':
        return answer(metadata);  // of another issuer
      case '/jwks':
        this.asked.jwks += 1;
        return answer({ keys: this.keys.map((key) => key.jwk) });
      case '/token':
        this.asked.token += 1;
        if (this.tokenAnswer) return answer(...this.tokenAnswer);
        return answer({ access_token: 'access', token_type: 'Bearer', id_token: this.idToken() });
      case '/userinfo':
        return answer(this.userinfo());
      default:
        return answer({}, 404);
    }
  }
}
