// FollowerRights: what one who follows changes of records may be told of, asked anew each time:
// accounts are disabled, sessions end and roles change while a stream is open. Used on the loop of
// its request.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "modules/messages/record_filter.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::messages {

// What rights are found out with. All outlive who uses it.
struct RightsServices {
  database::Database& database;
  Authenticator& authenticator;
  Authorizer& authorizer;
  database::AccessProvider& access;
};

inline constexpr std::string_view kFollowPermission = "system.access.api";

class FollowerRights {
 public:
  // The request, whose identity is known, outlives it.
  FollowerRights(
      const RightsServices& services, http::Request& request, std::vector<RecordFilter> filters
  );

  // Finds out who it is and what it may see now. Errors: kUnauthorized: not the one any more who
  // opened the stream; kForbidden: what it may not read of what it wants. An entity that does not
  // exist is one that it may not read.
  Result<> renew();
  // What renew() found last, for the changes that are told next. Null when the entity is not wanted
  // at all.
  struct Readable {
    const database::Entity* entity;
    database::Access::Rows rows;
  };
  const Readable* find(std::uint32_t entity) const;
  const std::vector<RecordFilter>& filters() const { return filters_; }

 private:
  Result<> identify();
  Result<> add(const database::Access& access, const database::Entity& entity);

  const RightsServices services_;
  http::Request& request_;
  const IdentityPtr opened_by_;
  const std::vector<RecordFilter> filters_;
  std::shared_ptr<const database::Schema> schema_;
  std::vector<Readable> readable_;
};

}  // namespace noded::messages
