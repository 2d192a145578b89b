// TlsKeys: the certificates of a node and what OpenSSL makes of them, as one immutable set;
// TlsFiles: where they come from, read again when they change. TLS 1.3 and 1.2 as RFC 9325 wants
// them: ephemeral key exchange, authenticated encryption, no renegotiation, no compression.
#pragma once

#include "noded/clock.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"

#include "runtime/latest.hpp"

#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace noded::http {

class TlsKeys {
 public:
  struct Pair {
    std::string certificate;  // PEM file: the node's own first, then those that vouch for it
    std::string key;          // PEM file without a passphrase
  };

  // Reads the files; blocks. kInvalid names the file and what is wrong with it: not there, no PEM,
  // a key of another certificate.
  static Result<std::shared_ptr<const TlsKeys>> read(
      const std::vector<Pair>& pairs, bool only_tls_1_3
  );
  ~TlsKeys();
  TlsKeys(const TlsKeys&) = delete;
  TlsKeys& operator=(const TlsKeys&) = delete;

  // A new session for an accepted socket; null when memory is short. Chooses the certificate by the
  // name that the client asks for (RFC 6066 §3), or else the first. The keys outlive it. Any
  // thread.
  SSL* make_session() const;
  WallTime expires_at() const noexcept { return expires_at_; }  // of the one that ends first

 private:
  struct Entry;
  TlsKeys();
  static int choose_certificate(SSL* session, int* alert, void* keys);

  std::vector<Entry> entries_;  // never empty
  WallTime expires_at_;
};

class TlsFiles {
 public:
  TlsFiles(std::vector<TlsKeys::Pair> pairs, bool only_tls_1_3)
      : pairs_(std::move(pairs)), only_tls_1_3_(only_tls_1_3) {}

  // What new connections get. Null until the first refresh(). Any thread.
  std::shared_ptr<const TlsKeys> keys() const { return latest_.get(); }

  // Reads the files if they changed since the last time, or in any case. True if there are new
  // keys. On an error the old ones stay; another certificate that has expired is one.
  // Blocks. Any thread.
  enum class When : std::uint8_t { kChanged, kAlways };
  Result<bool> refresh(When when, const Clock& clock);

 private:
  using Times = std::vector<std::filesystem::file_time_type>;
  Times modification_times() const;

  const std::vector<TlsKeys::Pair> pairs_;
  const bool only_tls_1_3_;
  std::mutex refreshing_;
  Times seen_;
  runtime::Latest<TlsKeys> latest_;
};

}  // namespace noded::http
