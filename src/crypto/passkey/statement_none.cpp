// WebAuthn §8.7: the browser kept the statement to itself, or there was none.
#include "crypto/passkey/statements.hpp"

namespace noded::passkey {

Verdict<Statement> verify_none(const CborValue& statement, const Attested&) {
  if (!has_exactly(statement, {})) return refuse_statement("none: the statement is not empty");
  return Statement{};
}

}  // namespace noded::passkey
