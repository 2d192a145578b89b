// What the FIDO Alliance publishes about models of authenticators (FIDO Metadata Service 3.0,
// §3.1): a JWS that the operator puts into a file. Immutable; thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/authenticator_data.hpp"
#include "crypto/passkey/trust_anchors.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace noded::passkey {

struct ModelMetadata {
  std::string description;
  TrustAnchors anchors;              // of its attestation certificates
  std::size_t unreadable_roots = 0;  // left out of them
  // A status report says that keys or attestations of the model are not to be relied on.
  bool is_compromised = false;
};

struct MetadataRules {
  // Whom the signing certificate has to be for, since the pinned root signs for others too.
  std::string signer = "mds.fidoalliance.org";
  std::int64_t lowest_number = 0;  // that of the last blob used: an older one is refused
};

class Metadata {
 public:
  // `blob` is the file's text: a compact JWS (RFC 7515) under RS256 or ES256, whose x5c leads to
  // one of `roots` at `now`. Errors: kInvalid with what is wrong; kConflict for a blob that is too
  // old.
  static Result<Metadata> read(
      std::string_view blob,
      const TrustAnchors& roots,
      WallTime now,
      const MetadataRules& rules = {}
  );
  // The JWS's payload, JSON text. What has no AAGUID (keys of U2F and UAF) is left out, as are
  // roots that cannot be read.
  static Result<Metadata> parse(std::string_view payload);

  std::int64_t number() const noexcept { return number_; }
  // When the next is to be there. A blob past it is used all the same; report it.
  WallTime next_update() const noexcept { return next_update_; }
  std::size_t size() const noexcept { return models_.size(); }
  const ModelMetadata* find(const Aaguid& aaguid) const noexcept;

 private:
  Metadata() = default;

  std::int64_t number_ = 0;
  WallTime next_update_{};
  std::map<Aaguid, ModelMetadata> models_;
};

}  // namespace noded::passkey
