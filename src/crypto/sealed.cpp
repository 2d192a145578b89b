#include "crypto/sealed.hpp"

#include "codec/sodium.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace noded::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kHeadSize = 1 + kIdSize;
static_assert(kSealingKeySize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string head_of(std::uint32_t id) {
  std::string head(1, kVersion);
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    head += static_cast<char>(id >> shift & 0xff);
  return head;
}

// What the tag covers besides the secret.
std::string bound(std::string_view head, std::string_view context) {
  return std::string(head).append(context);
}

}  // namespace

std::optional<std::uint32_t> sealing_key_of(std::string_view sealed) {
  if (sealed.size() < kHeadSize + kNonceSize + kTagSize || sealed.front() != kVersion) {
    return std::nullopt;
  }
  std::uint32_t id = 0;
  for (const char byte : sealed.substr(1, kIdSize))
    id = id << 8 | static_cast<unsigned char>(byte);
  return id;
}

void SealingKeys::Free::operator()(unsigned char* bytes) const noexcept {
  sodium_free(bytes);
}

Result<> SealingKeys::add(std::uint32_t id, std::string_view key) {
  if (key.size() != kSealingKeySize) {
    return fail(Errc::kInvalid, "a sealing key has 32 bytes, not " + std::to_string(key.size()));
  }
  if (std::ranges::find(keys_, id, &Key::id) != keys_.end()) {
    return fail(Errc::kExists, "there are two sealing keys " + std::to_string(id));
  }
  codec::start_sodium();
  Key added{.id = id, .bytes = {}};
  added.bytes.reset(static_cast<unsigned char*>(sodium_malloc(kSealingKeySize)));
  if (!added.bytes) throw std::bad_alloc();
  std::ranges::copy(key, added.bytes.get());
  keys_.push_back(std::move(added));
  return {};
}

std::string SealingKeys::seal(std::string_view secret, std::string_view context) const {
  if (keys_.empty()) throw std::logic_error("there is no key to seal with");
  const Key& key = keys_.back();
  std::string sealed = head_of(key.id);
  const std::string covered = bound(sealed, context);
  sealed.resize(kHeadSize + kNonceSize + secret.size() + kTagSize);
  codec::fill_random(sealed.data() + kHeadSize, kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(sealed) + kHeadSize + kNonceSize,
      nullptr,
      bytes_of(secret),
      secret.size(),
      bytes_of(covered),
      covered.size(),
      nullptr,
      bytes_of(sealed) + kHeadSize,
      key.bytes.get()
  );
  return sealed;
}

Result<std::string> SealingKeys::open(std::string_view sealed, std::string_view context) const {
  const auto id = sealing_key_of(sealed);
  if (!id) return fail(Errc::kInvalid, "not a sealed secret");
  const auto key = std::ranges::find(keys_, *id, &Key::id);
  if (key == keys_.end()) {
    return fail(
        Errc::kNotFound, "sealed under the key " + std::to_string(*id) + ", which is not here"
    );
  }
  const std::string covered = bound(sealed.substr(0, kHeadSize), context);
  const std::string_view body = sealed.substr(kHeadSize + kNonceSize);
  std::string secret(body.size() - kTagSize, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(secret),
      nullptr,
      nullptr,
      bytes_of(body),
      body.size(),
      bytes_of(covered),
      covered.size(),
      bytes_of(sealed) + kHeadSize,
      key->bytes.get()
  );
  if (result != 0) {
    return fail(Errc::kInvalid, "the sealed secret was changed, or belongs elsewhere");
  }
  return secret;
}

bool SealingKeys::is_outdated(std::string_view sealed) const {
  const auto id = sealing_key_of(sealed);
  return id && (keys_.empty() || keys_.back().id != *id);
}

}  // namespace noded::crypto
