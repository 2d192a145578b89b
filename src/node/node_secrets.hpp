// NodeSecrets: the SecretBox of a node, over its key file. A node without that file has no key
// until something is sealed for the first time: a store whose key went missing is refused before a
// new one could take its place.
#pragma once

#include "noded/options.hpp"
#include "noded/secret_box.hpp"

#include "crypto/sealed.hpp"
#include "node/data_directory.hpp"
#include "node/key_file.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace noded::node {

// secrets.key_file, or node.keys of the data directory.
std::filesystem::path key_file_of(const Options& options, const DataDirectory& data);

class NodeSecrets final : public SecretBox {
 public:
  // Reads the file if there is one. Errors: those of read_key_file but kNotFound. Blocks.
  static Result<std::unique_ptr<NodeSecrets>> open(const std::filesystem::path& file);

  Result<std::string> seal(std::string_view secret, std::string_view context) override;
  Result<std::string> open(std::string_view sealed, std::string_view context) const override;
  std::optional<SealingKeyId> key_of(std::string_view sealed) const override;
  std::vector<SealingKeyId> keys() const override;
  std::string key_file() const override { return file_.string(); }
  Result<SealingKeyId> add_key() override;
  Result<> forget_keys(std::span<const SealingKeyId> ids) override;

 private:
  // What seals and opens; never changed once it is shared.
  struct Ring {
    crypto::SealingKeys keys;
    std::vector<SealingKeyId> ids;
  };
  explicit NodeSecrets(std::filesystem::path file) : file_(std::move(file)) {}

  std::shared_ptr<const Ring> ring() const;
  void use(const NodeKeys& keys);
  Result<> make_first_key();
  // Of the file as it is now; another program may have added to it.
  template <class Change>
  Result<> change_file(Change change);
  std::string missing_key(SealingKeyId id, const Ring& ring) const;

  const std::filesystem::path file_;
  std::mutex file_mutex_;     // one change of the file at a time; before mutex_
  mutable std::mutex mutex_;  // guards ring_
  std::shared_ptr<const Ring> ring_ = std::make_shared<const Ring>();
};

}  // namespace noded::node
