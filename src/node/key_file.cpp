#include "node/key_file.hpp"

#include "codec/sodium.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/sealed.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace noded::node {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "noded-keys 1";
constexpr std::string_view kComment =
    "# Keys of a noded: what its store keeps secret is sealed under the last one.\n"
    "# Without this file those secrets are lost. Keep a copy of it, apart from the backups.\n";
constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kIdDigits = 8;
constexpr unsigned kRightsOfOthers = 077;
constexpr unsigned kRights = 0777;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> unusable(const fs::path& file, std::string_view what) {
  const Errc code = errno == ENOENT ? Errc::kNotFound : Errc::kUnavailable;
  return fail(
      code, fmt::format("cannot {} the key file {}: {}", what, file.string(), std::strerror(errno))
  );
}

Result<NodeKey> parse_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank != kIdDigits) return fail(Errc::kInvalid, "expected ID KEY");
  auto bytes = codec::base64_decode(line.substr(blank + 1));
  if (!bytes || bytes->size() != crypto::kSealingKeySize)
    return fail(Errc::kInvalid, "the key is not 32 bytes in base64");
  NodeKey key{.id = id_of_key(*bytes), .bytes = std::move(*bytes)};
  if (to_text(key.id) != line.substr(0, blank))
    return fail(Errc::kInvalid, "the key is not the one that its name stands for");
  return key;
}

unsigned forbidden_rights(const fs::path& file) {
  constexpr unsigned kGroupReads = 040;
  const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const bool is_credential = credentials != nullptr && file.parent_path() == fs::path(credentials);
  return is_credential ? kRightsOfOthers & ~kGroupReads : kRightsOfOthers;
}

Result<> check_rights(const fs::path& file, int descriptor) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return unusable(file, "look at");
  if (!S_ISREG(status.st_mode))
    return fail(Errc::kInvalid, fmt::format("the key file {} is no file", file.string()));
  if ((status.st_mode & forbidden_rights(file)) == 0) return {};
  return fail(
      Errc::kForbidden,
      fmt::format(
          "the key file {} has mode {:04o} instead of 0600: others on this machine may read what "
          "opens the secrets; chmod 600 '{}' if none did, otherwise also noded secrets rotate",
          file.string(),
          status.st_mode & kRights,
          file.string()
      )
  );
}

Result<> write_all(const fs::path& file, int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unusable(file, "write");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return unusable(file, "write");
  return {};
}

}  // namespace

NodeKeys::~NodeKeys() {
  for (NodeKey& key : keys_)
    ::explicit_bzero(key.bytes.data(), key.bytes.size());
}

bool NodeKeys::has(SealingKeyId id) const {
  return std::ranges::find(keys_, id, &NodeKey::id) != keys_.end();
}

Result<> NodeKeys::add_last(std::string bytes) {
  const SealingKeyId id = id_of_key(bytes);
  if (has(id)) return {};
  if (keys_.size() >= kMost) return fail(Errc::kTooLarge, fmt::format("more than {} keys", kMost));
  keys_.push_back({id, std::move(bytes)});
  return {};
}

Result<> NodeKeys::add_first(std::string bytes) {
  const std::size_t before = keys_.size();
  if (auto added = add_last(std::move(bytes)); !added) return added;
  if (keys_.size() > before) std::ranges::rotate(keys_, keys_.end() - 1);
  return {};
}

void NodeKeys::remove(SealingKeyId id) {
  std::erase_if(keys_, [id](NodeKey& key) {
    if (key.id != id) return false;
    ::explicit_bzero(key.bytes.data(), key.bytes.size());
    return true;
  });
}

SealingKeyId id_of_key(std::string_view bytes) {
  const std::string digest = crypto::sha256(std::string("noded key ").append(bytes));
  SealingKeyId id = 0;
  for (const char byte : digest.substr(0, sizeof id))
    id = id << 8 | static_cast<unsigned char>(byte);
  return id;
}

std::string new_key_bytes() {
  std::string bytes(crypto::kSealingKeySize, '\0');
  codec::fill_random(bytes.data(), bytes.size());
  return bytes;
}

Result<NodeKeys> parse_key_file(std::string_view text) {
  NodeKeys keys;
  bool has_head = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!has_head) {
      if (line != kHead)
        return fail(Errc::kInvalid, fmt::format("line {}: expected \"{}\"", number, kHead));
      has_head = true;
      continue;
    }
    auto key = parse_line(line);
    if (!key) return fail(Errc::kInvalid, fmt::format("line {}: {}", number, key.error().message));
    if (keys.has(key->id))
      return fail(Errc::kInvalid, fmt::format("line {}: the key is there twice", number));
    if (auto added = keys.add_last(std::move(key->bytes)); !added)
      return fail(Errc::kInvalid, fmt::format("line {}: {}", number, added.error().message));
  }
  if (keys.all().empty()) return fail(Errc::kInvalid, "there is no key in it");
  return keys;
}

std::string key_file_text(const NodeKeys& keys) {
  std::string text = fmt::format("{}{}\n", kComment, kHead);
  for (const NodeKey& key : keys.all())
    text += fmt::format("{} {}\n", to_text(key.id), codec::base64_encode(key.bytes));
  return text;
}

Result<NodeKeys> read_key_file(const fs::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() < 0) return unusable(file, "open");
  if (auto checked = check_rights(file, descriptor.number()); !checked)
    return std::unexpected(std::move(checked.error()));
  std::string text(kMostBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(descriptor.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unusable(file, "read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  auto keys = size > kMostBytes ? Result<NodeKeys>(fail(Errc::kInvalid, "it is larger than 64 KiB"))
                                : parse_key_file(std::string_view(text).substr(0, size));
  ::explicit_bzero(text.data(), text.size());
  if (!keys) {
    return fail(
        Errc::kInvalid, fmt::format("the key file {}: {}", file.string(), keys.error().message)
    );
  }
  return keys;
}

Result<> write_key_file(const fs::path& file, const NodeKeys& keys) {
  const fs::path draft = file.string() + ".new";
  std::string text = key_file_text(keys);
  ::unlink(draft.c_str());  // of a write that was cut off; its mode is not to be relied on
  Result<> written;
  {
    const Descriptor descriptor(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)
    );
    written = descriptor.number() < 0 ? Result<>(unusable(file, "write"))
                                      : write_all(file, descriptor.number(), text);
  }
  ::explicit_bzero(text.data(), text.size());
  if (written && ::rename(draft.c_str(), file.c_str()) != 0) written = unusable(file, "write");
  if (!written) {
    ::unlink(draft.c_str());
    written.error().code = Errc::kUnavailable;
    return written;
  }
  const fs::path parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0 || ::fsync(directory.number()) != 0)
    return fail(Errc::kUnavailable, unusable(file, "sync").error().message);
  return {};
}

}  // namespace noded::node
