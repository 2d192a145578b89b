// What OpenSSL allocates, owned; and its error queue, left as it was found.
#pragma once

#include <openssl/err.h>

#include <memory>
#include <string_view>

namespace noded::passkey {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

// Handle<BIGNUM, BN_free>
template <class T, auto kFree>
using Handle = std::unique_ptr<T, Freed<kFree>>;

// What fails in its scope leaves nothing in this thread's queue: TLS on the same thread reads it.
class QuietErrors {
 public:
  QuietErrors() noexcept { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

inline const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

}  // namespace noded::passkey
