// Reads: read many, one, by reference, by a query in the body, count, exists.
#include "codec/json.hpp"
#include "modules/data/data_controller.hpp"

#include <utility>

namespace noded::data {

using database::Action;
using database::RowKey;

namespace {

constexpr std::string_view kDataBegin = R"({"data":)";
constexpr std::size_t kUsualAnswer = 1024;  // bytes; most answers fit without growing

Error not_listable(std::string_view reference, const database::Entity& entity) {
  return Error{
      .code = Errc::kInvalid,
      .message = "Relation \"" + std::string(reference) +
                 "\" not found or not listable on entity \"" + entity.name + '"',
      .type = {},
      .members = {},
  };
}

}  // namespace

Task<http::Response> DataController::read_many(http::Request& request) const {
  const SteadyTime begun = now();
  const auto options = decode_query_string(request.query);
  if (!options) co_return answer(request, options.error());
  const Subject subject = subject_of(request);
  co_return co_await answer_many(request, subject, *options, begun);
}

Task<http::Response> DataController::query(http::Request& request) const {
  const SteadyTime begun = now();
  const Subject subject = subject_of(request);
  const auto body = co_await read_json(request, json::object());
  if (!body) co_return answer_after_guard(request, subject, Action::kRead, body.error());
  const auto options = decode_query_body(*body);
  if (!options) co_return answer_after_guard(request, subject, Action::kRead, options.error());
  co_return co_await answer_many(request, subject, *options, begun);
}

Task<http::Response> DataController::answer_many(
    http::Request& request, const Subject& subject, const QueryOptions& options, SteadyTime begun
) const {
  if (subject.entity == nullptr) co_return *refuse_subject(request, subject, Action::kRead);
  const auto query = to_query(*subject.entity, options, limits_.query);
  if (!query) co_return answer_after_guard(request, subject, Action::kRead, query.error());

  // The plan tells how data is laid out: only for those who may query it raw.
  const bool wants_plan = request.header("x-noded-explain") == "1";
  const bool shows_plan =
      wants_plan && authorizer_.authorize(*request.identity, "data.raw.query", request).has_value();
  std::string plan;
  std::string body;
  body.reserve(kUsualAnswer);
  body += kDataBegin;
  const Asking asking{*subject.access, request.deadline};
  const auto page = co_await service_.read_many(
      *subject.entity, *query, asking, body, shows_plan ? &plan : nullptr
  );
  if (!page) co_return answer(request, page.error());
  body += ',';
  co_return end_read(200, std::move(body), *page, begun, plan);
}

Task<http::Response> DataController::read_one(http::Request& request) const {
  const SteadyTime begun = now();
  auto options = decode_query_string(request.query);
  if (!options) co_return answer(request, options.error());
  options->members.erase("where");  // the id takes its place, as in bknd
  const Subject subject = subject_of(request);
  if (subject.entity == nullptr) co_return *refuse_subject(request, subject, Action::kRead);
  const auto query = to_query(*subject.entity, *options, limits_.query);
  if (!query) co_return answer_after_guard(request, subject, Action::kRead, query.error());

  const auto key = RowKey::parse(request.parameter("id"), subject.entity->uuid_keys);
  std::string body;
  body.reserve(kUsualAnswer);
  body += kDataBegin;
  const Asking asking{*subject.access, request.deadline};
  const auto page = co_await service_.read_one(*subject.entity, key, *query, asking, body);
  if (!page) co_return answer(request, page.error());
  const bool is_found = page->items != 0;
  if (is_found) {
    body += ',';
  } else {
    body = "{";
  }
  co_return end_read(is_found ? 200 : 404, std::move(body), *page, begun);
}

Task<http::Response> DataController::read_by_reference(http::Request& request) const {
  const SteadyTime begun = now();
  const auto options = decode_query_string(request.query);
  if (!options) co_return answer(request, options.error());
  const Subject subject = subject_of(request);
  if (subject.entity == nullptr) co_return *refuse_subject(request, subject, Action::kRead);
  const database::Entity& entity = *subject.entity;
  const std::string_view name = request.parameter("reference");
  const database::Reference* reference = entity.find_reference(name);
  if (reference == nullptr || !reference->listable) {
    co_return answer_after_guard(request, subject, Action::kRead, not_listable(name, entity));
  }
  const auto query = to_query(*reference->other, *options, limits_.query);
  if (!query) co_return answer_after_guard(request, subject, Action::kRead, query.error());

  const auto key = RowKey::parse(request.parameter("id"), entity.uuid_keys);
  std::string body;
  body.reserve(kUsualAnswer);
  body += kDataBegin;
  const Asking asking{*subject.access, request.deadline};
  const auto page =
      co_await service_.read_by_reference(entity, key, *reference, *query, asking, body);
  if (!page) co_return answer(request, page.error());
  body += ',';
  co_return end_read(200, std::move(body), *page, begun);
}

// What `ask`, Task<Result<T>>(const Entity&, const json::object& where, Asking), says of the rows
// that match the body's where, as the member `name`.
template <class Ask>
Task<http::Response> DataController::answer_about(
    http::Request& request, std::string_view name, Ask ask
) const {
  const Subject subject = subject_of(request);
  const auto body = co_await read_json(request, json::object());
  if (!body) co_return answer_after_guard(request, subject, Action::kRead, body.error());
  if (subject.entity == nullptr) co_return *refuse_subject(request, subject, Action::kRead);
  const auto where = decode_where(*body);
  if (!where) co_return answer_after_guard(request, subject, Action::kRead, where.error());
  const Asking asking{*subject.access, request.deadline};
  const auto found = co_await ask(*subject.entity, *where, asking);
  if (!found) co_return answer_after_guard(request, subject, Action::kRead, found.error());
  const json::object out{{"entity", subject.entity->name}, {name, *found}};
  co_return http::Response::json(200, codec::to_json_text(out));
}

Task<http::Response> DataController::count(http::Request& request) const {
  auto ask = [this](const database::Entity& entity, const json::object& where, Asking asking) {
    return service_.count(entity, where, asking);
  };
  co_return co_await answer_about(request, "count", std::move(ask));
}

Task<http::Response> DataController::exists(http::Request& request) const {
  auto ask = [this](const database::Entity& entity, const json::object& where, Asking asking) {
    return service_.exists(entity, where, asking);
  };
  co_return co_await answer_about(request, "exists", std::move(ask));
}

}  // namespace noded::data
