#include "crypto/crypto.hpp"

#include "codec/sodium.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>

#include <memory>
#include <stdexcept>

namespace noded::crypto {
namespace {

// A failure of OpenSSL here is a broken build or exhausted memory: a defect, not a Result.
void require(bool success) {
  if (!success) throw std::runtime_error("OpenSSL cannot compute a digest");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// An HMAC context that knows its digest. Making one costs several times an HMAC, so each thread
// keeps its own.
class HmacContext {
 public:
  explicit HmacContext(const char* digest_name) {
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(
        EVP_MAC_fetch(nullptr, "HMAC", nullptr), &EVP_MAC_free
    );
    require(mac != nullptr);
    context_.reset(EVP_MAC_CTX_new(mac.get()));
    require(context_ != nullptr);
    std::string name(digest_name);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()
    };
    require(EVP_MAC_CTX_set_params(context_.get(), parameters) == 1);
  }

  std::string compute(std::string_view key, std::string_view data) {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    std::size_t size = 0;
    require(EVP_MAC_init(context_.get(), bytes_of(key), key.size(), nullptr) == 1);
    require(EVP_MAC_update(context_.get(), bytes_of(data), data.size()) == 1);
    require(EVP_MAC_final(context_.get(), bytes_of(out), &size, out.size()) == 1);
    out.resize(size);
    return out;
  }

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

HmacContext& hmac_context(Digest digest) {
  thread_local HmacContext sha256_context("SHA256");
  if (digest == Digest::kSha256) return sha256_context;
  thread_local HmacContext sha384_context("SHA384");
  if (digest == Digest::kSha384) return sha384_context;
  thread_local HmacContext sha512_context("SHA512");
  return sha512_context;
}

}  // namespace

std::string sha256(std::string_view data) {
  static EVP_MD* const kDigest = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // for the process
  std::string out(32, '\0');
  unsigned size = 0;
  require(EVP_Digest(bytes_of(data), data.size(), bytes_of(out), &size, kDigest, nullptr) == 1);
  return out;
}

std::string hmac(Digest digest, std::string_view key, std::string_view data) {
  return hmac_context(digest).compute(key, data);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(bytes_of(a), bytes_of(b), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  codec::fill_random(out.data(), out.size());
  return out;
}

std::string random_text(std::size_t length) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t kFair = 256 / kAlphabet.size() * kAlphabet.size();  // beyond it: biased
  std::string out;
  out.reserve(length);
  while (out.size() < length) {
    for (const char c : random_bytes(length - out.size())) {
      const auto value = static_cast<unsigned char>(c);
      if (value < kFair) out += kAlphabet[value % kAlphabet.size()];
    }
  }
  return out;
}

}  // namespace noded::crypto
