#include "modules/system/doctor_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/system/secrets_controller.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <utility>

namespace noded::system {
namespace {

using database::Flaw;
using http::Request;
using http::Response;

constexpr std::uint64_t kMaxBody = 1024;
constexpr std::chrono::hours kMostTime{24};
constexpr std::uint64_t kTellEach = 1'000'000;  // entries between two lines of the log

// Clears the time at which the check began, however it ends.
class OneAtATime {
 public:
  OneAtATime(std::atomic<std::int64_t>& since, std::int64_t now)
      : since_(since), is_mine_(since.compare_exchange_strong(other_since_, now)) {}
  ~OneAtATime() {
    if (is_mine_) since_ = 0;
  }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;
  bool is_mine() const { return is_mine_; }
  std::int64_t other_since() const { return other_since_; }  // of the check whose turn it is

 private:
  std::atomic<std::int64_t>& since_;
  std::int64_t other_since_ = 0;
  const bool is_mine_;
};

json::object counts_of(const std::map<Flaw, std::uint64_t>& counts) {
  json::object out;
  for (const auto& [flaw, count] : counts)
    out.emplace(database::code_of(flaw), count);
  return out;
}

// Of {"repair":bool}; an empty body is a check.
Result<bool> wants_repair(const std::string& body, std::size_t depth) {
  if (body.empty()) return false;
  const auto given = codec::parse_json(body, "request body", {.max_depth = depth});
  if (!given) return std::unexpected(given.error());
  const json::object* object = given->if_object();
  const json::value* repair = object == nullptr ? nullptr : object->if_contains("repair");
  const bool is_known = object != nullptr && object->size() == (repair == nullptr ? 0U : 1U);
  if (!is_known || (repair != nullptr && !repair->is_bool()))
    return fail(Errc::kInvalid, R"(expected {"repair":true} or {"repair":false})");
  return repair != nullptr && repair->get_bool();
}

}  // namespace

json::object to_json(const database::ConsistencyReport& report) {
  json::array notes;
  for (const database::Note& note : report.notes) {
    notes.push_back(json::object{
        {"what", database::code_of(note.what)},
        {"entity", note.entity},
        {"rows", note.rows},
        {"sentence", note.sentence},
    });
  }
  json::array findings;
  for (const database::Finding& finding : report.findings) {
    findings.push_back(json::object{
        {"what", database::code_of(finding.what)},
        {"entity", finding.entity},
        {"key", finding.key},
        {"sentence", finding.sentence},
        {"mendable", finding.is_mendable},
    });
  }
  return {
      {"entities", report.entities},
      {"rows", report.rows},
      {"index_entries", report.index_entries},
      {"changes", report.changes},
      {"notes", std::move(notes)},
      {"findings", std::move(findings)},
      {"counts", counts_of(report.found)},
      {"mended", counts_of(report.mended)},
  };
}

std::vector<http::Route> DoctorController::routes() {
  http::Route route{};
  route.method = http::Method::kPost;
  route.pattern = "/api/admin/doctor";
  route.max_body = kMaxBody;
  route.handler = [this](Request& request) {
    if (request.identity == nullptr || request.identity->kind != Identity::Kind::kLocalOperator)
      return http::answered(Response::text(404, "404 Not Found"));
    return examine(request);
  };
  std::vector<http::Route> rows;
  rows.push_back(std::move(route));
  return rows;
}

Task<Response> DoctorController::examine(Request& request) {
  const auto body = co_await request.read_body(kMaxBody);
  if (!body) co_return http::answer_error(body.error());
  const auto repairs = wants_repair(*body, request.json_depth);
  if (!repairs) co_return http::answer_error(repairs.error());
  const OneAtATime turn(
      running_since_, database_.clock().wall().time_since_epoch() / std::chrono::milliseconds(1)
  );
  if (!turn.is_mine()) {
    const json::object since{{"since", codec::format_iso(turn.other_since())}};
    co_return http::answer_error(
        {Errc::kConflict, "a check is under way already", {}, codec::to_json_text(since)}
    );
  }
  request.deadline = database_.clock().steady() + kMostTime;
  told_ = 0;
  database::Consistency consistency(database_, [this](std::uint64_t walked) {
    log_progress(walked);
  });
  const auto report = *repairs ? co_await consistency.repair() : co_await consistency.check();
  if (!report) co_return http::answer_error(report.error());
  log_end(*report);
  const auto sealed = co_await database::read(
      database_.store(),
      SteadyTime::max(),
      [this](Transaction& transaction) { return sealed_.count(transaction); }
  );
  if (!sealed) co_return http::answer_error(sealed.error());
  json::object answer = to_json(*report);
  answer.emplace("secrets", secrets_json(*sealed, sealed_.box()));
  co_return Response::json(200, codec::to_json_text(answer));
}

void DoctorController::log_progress(std::uint64_t walked) {
  if (walked < told_) told_ = 0;  // the second look of a repair
  if (walked - told_ < kTellEach) return;
  told_ = walked;
  log_.info("checking the records", codec::to_json_text(json::object{{"entries", walked}}));
}

void DoctorController::log_end(const database::ConsistencyReport& report) {
  const std::string fields = codec::to_json_text(json::object{
      {"rows", report.rows},
      {"found", counts_of(report.found)},
      {"mended", counts_of(report.mended)},
  });
  if (report.found.empty()) {
    log_.info("the records are in order", fields);
  } else {
    log_.warning("the records are not in order", fields);
  }
}

}  // namespace noded::system
