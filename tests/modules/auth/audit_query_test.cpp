// Which questions to the audit chain are taken.
#include "modules/auth/audit_controller.hpp"

#include <gtest/gtest.h>

namespace noded::auth {
namespace {

struct QueryRow {
  const char* query;
  const char* refusal;  // empty: taken
};

TEST(AuditQuery, IsReadOrRefusedByName) {
  const QueryRow rows[] = {
      {"", ""},
      {"limit=1&cursor=7", ""},
      {"from=2026-01-31T08:00:00Z&to=2026-02-01", ""},
      {"actor=user%201&action=user&target=", ""},
      {"limit=0", "limit: a number from 1 to 1000"},
      {"limit=1001", "limit: a number from 1 to 1000"},
      {"limit=x", "limit: a number from 1 to 1000"},
      {"cursor=-1", "cursor: a number from 1 to 9223372036854775807"},
      {"from=yesterday", "from: a date such as 2026-01-31T08:00:00Z"},
      {"who=me", "there is no parameter who; known: from, to, actor, action, target, cursor, limit"
      },
      {"actor=%ff", "the query is not well-formed"},
  };
  for (const QueryRow& row : rows) {
    const auto wanted = parse_audit_query(row.query);
    EXPECT_EQ(wanted ? "" : wanted.error().message, row.refusal) << row.query;
  }
  EXPECT_EQ(parse_audit_query("actor=user+1").value().actor, "user 1");
}

}  // namespace
}  // namespace noded::auth
