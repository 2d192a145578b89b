#include "modules/messages/follower_rights.hpp"

#include <algorithm>
#include <string>

namespace noded::messages {
namespace {

std::unexpected<Error> forbidden(std::string_view entity) {
  return fail(
      Errc::kForbidden,
      "you may not read \"" + std::string(entity) + "\", or there is no such entity"
  );
}

}  // namespace

FollowerRights::FollowerRights(
    const RightsServices& services, http::Request& request, std::vector<RecordFilter> filters
)
    : services_(services),
      request_(request),
      opened_by_(request.identity),
      filters_(std::move(filters)) {}

Result<> FollowerRights::identify() {
  if (request_.from_local_socket) return {};
  auto identity = services_.authenticator.authenticate(request_);
  const bool is_same = identity != nullptr && identity->kind == opened_by_->kind &&
                       identity->user_id == opened_by_->user_id &&
                       identity->session == opened_by_->session && identity->key == opened_by_->key;
  if (!is_same && opened_by_->kind != Identity::Kind::kAnonymous)
    return fail(Errc::kUnauthorized, "the session or token with which this was opened has ended");
  if (identity != nullptr) request_.identity = std::move(identity);
  return services_.authorizer.authorize(*request_.identity, kFollowPermission, request_);
}

Result<> FollowerRights::renew() {
  readable_.clear();
  if (auto same = identify(); !same) return same;
  schema_ = services_.database.schema();
  const auto access = services_.access.access_of(request_);
  for (const RecordFilter& filter : filters_) {
    if (filter.entity().empty()) {
      for (const auto& entity : schema_->entities()) {
        if (auto added = add(*access, *entity); !added) return added;
      }
      continue;
    }
    const database::Entity* entity = schema_->find(filter.entity());
    if (entity == nullptr) return forbidden(filter.entity());
    if (auto added = add(*access, *entity); !added) return added;
  }
  return {};
}

Result<> FollowerRights::add(const database::Access& access, const database::Entity& entity) {
  if (find(entity.id) != nullptr) return {};
  auto rows = access.rows(entity, database::Action::kRead, nullptr);
  if (!rows && rows.error().code == Errc::kForbidden) return forbidden(entity.name);
  if (!rows) return std::unexpected(std::move(rows.error()));
  readable_.push_back({&entity, std::move(*rows)});
  return {};
}

const FollowerRights::Readable* FollowerRights::find(std::uint32_t entity) const {
  const auto found = std::ranges::find_if(readable_, [entity](const Readable& readable) {
    return readable.entity->id == entity;
  });
  return found == readable_.end() ? nullptr : &*found;
}

}  // namespace noded::messages
