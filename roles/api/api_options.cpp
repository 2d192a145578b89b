#include "roles/api/api_options.hpp"

#include "client/client_options.hpp"
#include "mail/mail_options.hpp"
#include "modules/auth/auth_options.hpp"
#include "modules/auth/keys/key_options.hpp"
#include "modules/auth/oauth/oauth_options.hpp"
#include "modules/auth/passkey/passkey_options.hpp"
#include "modules/data/data_options.hpp"
#include "modules/messages/messages_options.hpp"
#include "repository/audit/audit_options.hpp"
#include "repository/database/feed_options.hpp"

#include <vector>

namespace noded::roles {

OptionTable api_options() {
  static const std::vector<const OptionDeclaration*> table = [] {
    std::vector<const OptionDeclaration*> joined{&kAppFile};
    for (const OptionTable part :
         {data::data_options(),
          database::feed_options(),
          auth::auth_options(),
          auth::passkey_options(),
          auth::oauth_options(),
          auth::key_options(),
          messages::messages_options(),
          audit::audit_options(),
          client::client_options(),
          mail::mail_options()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return table;
}

}  // namespace noded::roles
