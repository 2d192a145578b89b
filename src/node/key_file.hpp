// The file with the node's keys, under which its store keeps secrets (SecretBox):
//
//   # a comment
//   noded-keys 1
//   3f2a90c1 <32 bytes in base64>
//
// One key a line; the last one seals. A key's name is the first four bytes of the SHA-256 of the
// key behind a fixed prefix, so that a slip in the file does not go unnoticed.
#pragma once

#include "noded/result.hpp"
#include "noded/secret_box.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace noded::node {

struct NodeKey {
  SealingKeyId id = 0;
  std::string bytes;  // secret, 32 of them
};

// Wiped when they go.
class NodeKeys {
 public:
  NodeKeys() = default;
  NodeKeys(NodeKeys&&) noexcept = default;
  NodeKeys& operator=(NodeKeys&&) noexcept = default;
  NodeKeys(const NodeKeys&) = delete;
  NodeKeys& operator=(const NodeKeys&) = delete;
  ~NodeKeys();

  static constexpr std::size_t kMost = 100;

  const std::vector<NodeKey>& all() const { return keys_; }
  bool has(SealingKeyId id) const;
  // At the end, or before all others: where it opens but does not seal. A key that is there is not
  // added again. Errors: kTooLarge beyond kMost.
  Result<> add_last(std::string bytes);
  Result<> add_first(std::string bytes);
  void remove(SealingKeyId id);

 private:
  std::vector<NodeKey> keys_;
};

SealingKeyId id_of_key(std::string_view bytes);
std::string new_key_bytes();

// kInvalid with the line that is wrong; the message holds nothing of a key.
Result<NodeKeys> parse_key_file(std::string_view text);
std::string key_file_text(const NodeKeys& keys);  // secret

// kNotFound: there is none; kForbidden: others may read it; kInvalid: it is no key file;
// kUnavailable: the system's reason. Each message names the file. A credential of the service
// manager ($CREDENTIALS_DIRECTORY) may have the group's bit, which is the mask of its access list
// there. Blocks.
Result<NodeKeys> read_key_file(const std::filesystem::path& file);
// Replaces the file as a whole, mode 0600, synced when it returns. kUnavailable. Blocks.
Result<> write_key_file(const std::filesystem::path& file, const NodeKeys& keys);

}  // namespace noded::node
