#include "modules/auth/audit_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/signing.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;
using audit::Wanted;
using http::Request;
using http::Response;

constexpr std::size_t kMostEntries = 1000;  // of one answer
constexpr std::chrono::hours kMostTime{1};
constexpr std::string_view kPermission = "audit.read";
constexpr std::string_view kLines = "application/x-ndjson";

Result<std::uint64_t> parse_number(
    std::string_view name, std::string_view text, std::uint64_t least, std::uint64_t most
) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number < least || number > most)
    return fail(Errc::kInvalid, fmt::format("{}: a number from {} to {}", name, least, most));
  return number;
}

Result<> set_date(
    std::string_view name, const std::string& text, std::optional<std::int64_t>& out
) {
  out = codec::parse_date(text);
  if (out) return {};
  return fail(Errc::kInvalid, fmt::format("{}: a date such as 2026-01-31T08:00:00Z", name));
}

Result<> set_number(
    std::string_view name, std::string_view text, std::uint64_t most, std::uint64_t& out
) {
  const auto number = parse_number(name, text, 1, most);
  if (!number) return std::unexpected(number.error());
  out = *number;
  return {};
}

Result<> set(Wanted& wanted, std::string_view name, std::string text) {
  if (name == "actor") return wanted.actor = std::move(text), Result<>();
  if (name == "action") return wanted.action = std::move(text), Result<>();
  if (name == "target") return wanted.target = std::move(text), Result<>();
  if (name == "from") return set_date(name, text, wanted.from_ms);
  if (name == "to") return set_date(name, text, wanted.before_ms);
  if (name == "limit") return set_number(name, text, kMostEntries, wanted.limit);
  if (name == "cursor") return set_number(name, text, INT64_MAX, wanted.before_number);
  return fail(
      Errc::kInvalid,
      fmt::format(
          "there is no parameter {}; known: from, to, actor, action, target, cursor, limit", name
      )
  );
}

// Names times alone.
bool is_span(const Wanted& wanted) {
  return wanted.actor.empty() && wanted.action.empty() && wanted.target.empty() &&
         wanted.before_number == 0 && wanted.limit == Wanted().limit;
}

bool wants_lines(const Request& request) {
  return request.header("accept").contains(kLines);
}

Response page_answer(const audit::Page& page, bool as_lines) {
  const std::string cursor = page.next_before == 0 ? "" : std::to_string(page.next_before);
  std::string body = as_lines ? "" : R"({"entries":[)";
  for (const audit::Entry& entry : page.entries) {
    if (!as_lines && body.back() == '}') body += ',';
    body += audit::to_json(entry);
    if (as_lines) body += '\n';
  }
  if (!as_lines)
    body += fmt::format(R"(],"cursor":{}}})", cursor.empty() ? "null" : '"' + cursor + '"');
  Response response = Response::json(200, std::move(body));
  if (as_lines) response.content_type = kLines;
  if (as_lines && !cursor.empty()) response.headers.push_back({"X-Next-Cursor", cursor});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace

Result<Wanted> parse_audit_query(std::string_view query) {
  auto fields = codec::parse_form_fields(query);
  if (!fields) return fail(Errc::kInvalid, "the query is not well-formed");
  Wanted wanted;
  for (auto& [name, text] : *fields) {
    if (auto done = set(wanted, name, std::move(text)); !done)
      return std::unexpected(std::move(done.error()));
  }
  return wanted;
}

std::vector<http::Route> AuditController::routes() {
  std::vector<http::Route> table;
  const auto add = [&](std::string pattern, auto handle) {
    table.push_back(credentials_route(
        http::Method::kGet,
        std::move(pattern),
        [this, handle](Request& request) -> Task<Response> {
          if (auto refused = refuse_without(request, authorizer_, kPermission))
            return http::answered(std::move(*refused));
          return handle(request);
        }
    ));
  };
  add("/api/admin/audit", [this](Request& request) { return list(request); });
  add("/api/admin/audit/verify", [this](Request& request) { return verify(request); });
  return table;
}

Task<Response> AuditController::list(Request& request) {
  const auto wanted = parse_audit_query(request.query);
  if (!wanted) co_return refuse_error(request, wanted.error());
  const auto page = co_await database::read(
      database_.store(),
      request.deadline,
      [this, &wanted](Transaction& transaction) { return chain_.list(transaction, *wanted); }
  );
  if (!page) co_return refuse_error(request, page.error());
  co_return page_answer(*page, wants_lines(request));
}

Task<Response> AuditController::verify(Request& request) {
  const auto span = parse_audit_query(request.query);
  if (!span) co_return refuse_error(request, span.error());
  if (!is_span(*span)) {
    co_return refuse(request, kValidationFailed, "there are no parameters but from and to here");
  }
  request.deadline = database_.clock().steady() + kMostTime;
  const auto seed = co_await database::read(
      database_.store(),
      request.deadline,
      [this](Transaction& transaction) { return seed_.find(transaction); }
  );
  if (!seed) co_return refuse_error(request, seed.error());
  const auto verdict = co_await chain_.verify(
      database_.store(),
      {span->from_ms, span->before_ms},
      *seed ? crypto::public_key_of(**seed) : std::string()
  );
  if (!verdict) co_return refuse_error(request, verdict.error());
  json::object answer{{"ok", verdict->is_whole}, {"entries", verdict->entries}};
  if (verdict->is_whole) {
    answer.emplace("head", codec::hex_encode(verdict->head));
  } else {
    answer.emplace("broken", verdict->broken);
    answer.emplace("reason", verdict->reason);
  }
  if (verdict->signed_number > 0) {
    answer.emplace(
        "signed",
        json::object{{"seq", verdict->signed_number}, {"ts", codec::format_iso(verdict->signed_ms)}}
    );
  }
  co_return Response::json(200, codec::to_json_text(answer));
}

}  // namespace noded::auth
