#include "modules/transfer/batch.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <utility>

namespace noded::transfer {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kMoreThanALoopTakes = std::uint64_t{1} << 20;

// A batch and an export take as long as they take; who asks waits or goes away.
constexpr std::chrono::hours kMostTime{24};

Task<http::Response> not_found() {
  return http::answered(http::Response::text(404, "404 Not Found"));
}

}  // namespace

http::Route operator_route(std::string pattern, http::Handler handler) {
  http::Route route{};
  route.method = http::Method::kPost;
  route.pattern = std::move(pattern);
  route.max_body = kMaxBatch;
  route.handler = [handler = std::move(handler)](http::Request& request) {
    const bool is_operator =
        request.identity != nullptr && request.identity->kind == Identity::Kind::kLocalOperator;
    if (!is_operator) return not_found();
    if (request.deadline < SteadyTime::max() - kMostTime) request.deadline += kMostTime;
    return handler(request);
  };
  return route;
}

Task<Result<json::object>> read_batch(http::Request& request, Lane& lane) {
  auto text = co_await request.read_body(kMaxBatch);
  if (!text) co_return std::unexpected(std::move(text.error()));
  co_return co_await offload(lane, [&text]() -> Result<json::object> {
    auto body = codec::parse_json(*text);
    if (!body) return std::unexpected(std::move(body.error()));
    if (!body->is_object()) return fail(Errc::kInvalid, "the body must be an object");
    return std::move(body->get_object());
  });
}

bool is_on_lane(const Transaction& transaction) {
  return transaction.has_steps(kMoreThanALoopTakes);
}

Result<const database::Entity*> entity_of(
    const database::Schema& schema, const json::object& body
) {
  const std::string name = text_of(body, "entity");
  const database::Entity* found = schema.find(name);
  if (found != nullptr) return found;
  std::string all;
  for (const auto& entity : schema.entities())
    all.append(all.empty() ? "" : ", ").append(entity->name);
  return fail(
      Errc::kInvalid, "there is no entity \"" + name + "\", but: " + (all.empty() ? "none" : all)
  );
}

std::string text_of(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<std::vector<std::string>> texts_of(const json::object& body, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* value = body.if_contains(name);
  const auto* array = value == nullptr ? nullptr : value->if_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if (!(*array)[i].is_string())
      array = nullptr;
    else
      texts.emplace_back((*array)[i].get_string());
  }
  if (array == nullptr)
    return fail(Errc::kInvalid, std::string(name) + " must be an array of texts");
  return texts;
}

}  // namespace noded::transfer
