// Stands in for the judge's cases.mjs, which lies beside it as all_cases.mjs. CASES=seed: those up to
// the first that reads. CASES=read: those that only read, after what they take from earlier ones (a
// member's token, the id of a note) was fetched.
import { cases as all } from "./all_cases.mjs";

const READING = ["system", "read", "where", "query", "fn", "with", "join", "reference", "info"];
const LOGGING_IN = ["auth: login", "auth: me", "auth: login with a wrong password", "auth: strategies"];

const firstRead = all.findIndex(({ name }) => name.startsWith("read: "));
const reads = all.filter(
  ({ name }) => READING.includes(name.split(":")[0]) || LOGGING_IN.includes(name),
);

async function fetchWhatEarlierCasesLeave(x) {
  const account = { email: "member@example.com", password: "memberpass" };
  x.tokens.member = (await x.raw("anon", "POST", "/api/auth/password/login", account)).body.token;
  x.state.note = (await x.raw("admin", "GET", "/api/data/entity/notes")).body.data[0].id;
}

const [first, ...others] = reads;
const prepared = {
  ...first,
  run: async (x) => {
    await fetchWhatEarlierCasesLeave(x);
    return first.run(x);
  },
};

export const cases = process.env.CASES === "seed" ? all.slice(0, firstRead) : [prepared, ...others];
