#include "modules/system/secrets_controller.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <utility>

namespace noded::system {
namespace {

using database::SealedCounts;
using http::Request;
using http::Response;

constexpr std::uint64_t kMaxBody = 1024;
constexpr std::chrono::hours kMostTime{1};

// Of {"keep_old":bool}; an empty body is false.
Result<bool> wants_old_kept(const std::string& body, std::size_t depth) {
  if (body.empty()) return false;
  const auto given = codec::parse_json(body, "request body", {.max_depth = depth});
  if (!given) return std::unexpected(given.error());
  const json::object* object = given->if_object();
  const json::value* keep = object == nullptr ? nullptr : object->if_contains("keep_old");
  const bool is_known = object != nullptr && object->size() == (keep == nullptr ? 0U : 1U);
  if (!is_known || (keep != nullptr && !keep->is_bool()))
    return fail(Errc::kInvalid, R"(expected {"keep_old":true} or {"keep_old":false})");
  return keep != nullptr && keep->get_bool();
}

json::array names_of(std::span<const SealingKeyId> ids) {
  json::array names;
  for (const SealingKeyId id : ids)
    names.emplace_back(to_text(id));
  return names;
}

template <class Handle>
http::Route operator_route(http::Method method, std::string pattern, Handle handle) {
  http::Route route{};
  route.method = method;
  route.pattern = std::move(pattern);
  route.max_body = kMaxBody;
  route.handler = [handle = std::move(handle)](Request& request) {
    if (request.identity == nullptr || request.identity->kind != Identity::Kind::kLocalOperator)
      return http::answered(Response::text(404, "404 Not Found"));
    return handle(request);
  };
  return route;
}

}  // namespace

json::object secrets_json(const SealedCounts& counts, const SecretBox& box) {
  const std::vector<SealingKeyId> ids = box.keys();
  json::array keys;
  std::uint64_t known = 0;
  for (const SealingKeyId id : ids) {
    const auto found = counts.keys.find(id);
    const std::uint64_t records = found == counts.keys.end() ? 0 : found->second;
    known += records;
    keys.push_back(
        json::object{{"id", to_text(id)}, {"records", records}, {"seals", id == ids.back()}}
    );
  }
  const auto newest = ids.empty() ? counts.keys.end() : counts.keys.find(ids.back());
  const std::uint64_t fresh = newest == counts.keys.end() ? 0 : newest->second;
  const std::uint64_t sealed = counts.records - counts.unsealed;
  return {
      {"key_file", box.key_file()},
      {"keys", std::move(keys)},
      {"records", counts.records},
      {"unsealed", counts.unsealed},
      {"outdated", sealed - fresh},
      {"missing", sealed - known},
  };
}

std::vector<http::Route> SecretsController::routes() {
  std::vector<http::Route> table;
  table.push_back(operator_route(
      http::Method::kGet, "/api/admin/secrets", [this](Request& request) { return tell(request); }
  ));
  table.push_back(operator_route(
      http::Method::kPost,
      "/api/admin/secrets/rotate",
      [this](Request& request) { return rotate(request); }
  ));
  return table;
}

Task<Result<SealedCounts>> SecretsController::count() {
  return database::read(database_.store(), SteadyTime::max(), [this](Transaction& transaction) {
    return sealed_.count(transaction);
  });
}

Task<Response> SecretsController::tell(Request&) {
  const auto counts = co_await count();
  if (!counts) co_return http::answer_error(counts.error());
  co_return Response::json(200, codec::to_json_text(secrets_json(*counts, sealed_.box())));
}

Task<Response> SecretsController::rotate(Request& request) {
  const auto body = co_await request.read_body(kMaxBody);
  if (!body) co_return http::answer_error(body.error());
  const auto keeps_old = wants_old_kept(*body, request.json_depth);
  if (!keeps_old) co_return http::answer_error(keeps_old.error());
  request.deadline = database_.clock().steady() + kMostTime;
  Rotated rotated;
  const auto done =
      co_await configuration_.alone([&] { return rotate_alone(*keeps_old, rotated); });
  if (!done) co_return http::answer_error(done.error());
  const auto counts = co_await count();
  if (!counts) co_return http::answer_error(counts.error());
  json::object answer = secrets_json(*counts, sealed_.box());
  answer["sealed"] = rotated.sealed;
  answer["removed"] = names_of(rotated.removed);
  const json::object fields{
      {"key", to_text(sealed_.box().keys().back())},
      {"sealed", rotated.sealed},
      {"removed", names_of(rotated.removed)}
  };
  log_.info("the secrets are sealed under a new key", codec::to_json_text(fields));
  co_return Response::json(200, codec::to_json_text(answer));
}

Task<Result<>> SecretsController::rotate_alone(bool keeps_old, Rotated& rotated) {
  Lane& lane = database_.store().lane;
  const auto added = co_await offload(lane, [this] { return sealed_.box().add_key(); });
  if (!added) co_return std::unexpected(added.error());
  if (auto announced = co_await sealed_.announce_new_key(database_.store()); !announced)
    co_return announced;
  const auto sealed = co_await sealed_.reseal_all(database_.store());
  if (!sealed) co_return std::unexpected(sealed.error());
  rotated.sealed = *sealed;
  if (keeps_old) co_return Result<>();
  co_await reclaim();
  co_return co_await remove_unneeded(rotated);
}

Task<Result<>> SecretsController::remove_unneeded(Rotated& rotated) {
  const auto counts = co_await count();
  if (!counts) co_return std::unexpected(counts.error());
  std::vector<SealingKeyId> unneeded = sealed_.box().keys();
  unneeded.pop_back();
  std::erase_if(unneeded, [&counts](SealingKeyId id) { return counts->keys.contains(id); });
  const auto forgotten = co_await offload(database_.store().lane, [this, &unneeded] {
    return sealed_.box().forget_keys(unneeded);
  });
  if (forgotten) rotated.removed = std::move(unneeded);
  co_return forgotten;
}

// What was sealed under the old keys goes from the store's files too; failing that it goes later.
Task<> SecretsController::reclaim() {
  for (const auto space : {database::keys::Space::kMeta, database::keys::Space::kSecret}) {
    const auto range = prefix_range(database::keys::prefix(database_.application(), space));
    (void)co_await offload(database_.store().lane, [this, range] {
      return database_.store().engine.reclaim(range, std::stop_token());
    });
  }
}

}  // namespace noded::system
