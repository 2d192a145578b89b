// A SecretBox whose keys are in memory alone; what it seals is sealed as a node does it.
#pragma once

#include "noded/secret_box.hpp"

#include "crypto/sealed.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace noded::testing_support {

class SealingBox final : public SecretBox {
 public:
  Result<std::string> seal(std::string_view secret, std::string_view context) override {
    if (keys_.empty()) {
      if (auto added = add_key(); !added) return std::unexpected(added.error());
    }
    return ring().seal(secret, context);
  }
  Result<std::string> open(std::string_view sealed, std::string_view context) const override {
    return ring().open(sealed, context);
  }
  std::optional<SealingKeyId> key_of(std::string_view sealed) const override {
    return crypto::sealing_key_of(sealed);
  }
  std::vector<SealingKeyId> keys() const override { return keys_; }
  std::string key_file() const override { return "memory"; }
  Result<SealingKeyId> add_key() override {
    keys_.push_back(++made_);
    return made_;
  }
  Result<> forget_keys(std::span<const SealingKeyId> ids) override {
    std::erase_if(keys_, [ids](SealingKeyId id) {
      return std::ranges::find(ids, id) != ids.end();
    });
    return {};
  }

 private:
  crypto::SealingKeys ring() const {
    crypto::SealingKeys ring;
    for (const SealingKeyId id : keys_)
      (void)ring.add(id, std::string(crypto::kSealingKeySize, static_cast<char>(id)));
    return ring;
  }

  std::vector<SealingKeyId> keys_;
  SealingKeyId made_ = 0;
};

}  // namespace noded::testing_support
