#include "http/tls_keys.hpp"

#include "codec/ascii.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

namespace noded::http {
namespace {

// RFC 9325 §4.2: the suites of TLS 1.2 that have forward secrecy and authenticated encryption.
// Those of TLS 1.3 all have.
constexpr const char* kSuites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// RFC 7301 §3.1: each name after its length.
constexpr std::string_view kProtocols = "\x08http/1.1";

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

// Of the first thing that went wrong, which the later ones only follow.
std::string library_reason() {
  const unsigned long code = ERR_peek_error();
  const char* reason =
      ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "it cannot be read" : reason;
  ERR_clear_error();
  return text;
}

std::unexpected<Error> refuse(const std::string& file, std::string_view what) {
  return fail(Errc::kInvalid, fmt::format("the TLS file {}: {}", file, what));
}

// RFC 7301 §3.2: no protocol in common ends the handshake.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kProtocols.data());
  const int result = SSL_select_next_proto(
      &found, chosen_size, ours, static_cast<unsigned>(kProtocols.size()), offered, offered_size
  );
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

ContextPtr make_context(bool only_tls_1_3) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), only_tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(
      context.get(),
      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
  );
  // A write that had to wait goes on with the same bytes, maybe elsewhere and with more behind
  // them.
  SSL_CTX_set_mode(
      context.get(),
      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
  );
  SSL_CTX_set_cipher_list(context.get(), kSuites);
  SSL_CTX_set_alpn_select_cb(context.get(), &choose_protocol, nullptr);
  return context;
}

std::optional<WallTime> end_of(const X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&end)));
}

}  // namespace

struct TlsKeys::Entry {
  ContextPtr context;
};

TlsKeys::TlsKeys() = default;
TlsKeys::~TlsKeys() = default;

Result<std::shared_ptr<const TlsKeys>> TlsKeys::read(
    const std::vector<Pair>& pairs, bool only_tls_1_3
) {
  const std::shared_ptr<TlsKeys> keys(new TlsKeys);
  keys->expires_at_ = WallTime::max();
  for (const Pair& pair : pairs) {
    ContextPtr context = make_context(only_tls_1_3);
    if (!context) return fail(Errc::kInternal, "OpenSSL makes no context: " + library_reason());
    if (SSL_CTX_use_certificate_chain_file(context.get(), pair.certificate.c_str()) != 1) {
      return refuse(pair.certificate, library_reason());
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), pair.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
      return refuse(pair.key, library_reason());
    }
    const auto end = end_of(SSL_CTX_get0_certificate(context.get()));
    if (!end) return refuse(pair.certificate, "it has no valid end");
    keys->expires_at_ = std::min(keys->expires_at_, *end);
    keys->entries_.push_back({std::move(context)});
  }
  if (keys->entries_.empty()) return fail(Errc::kInvalid, "no certificate is named");
  SSL_CTX* first = keys->entries_.front().context.get();
  SSL_CTX_set_tlsext_servername_callback(first, &TlsKeys::choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first, keys.get());
  return keys;
}

int TlsKeys::choose_certificate(SSL* session, int*, void* keys) {
  const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  for (const Entry& entry : static_cast<const TlsKeys*>(keys)->entries_) {
    X509* certificate = SSL_CTX_get0_certificate(entry.context.get());
    if (X509_check_host(certificate, name, std::strlen(name), 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(session, entry.context.get());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

SSL* TlsKeys::make_session() const {
  return SSL_new(entries_.front().context.get());
}

TlsFiles::Times TlsFiles::modification_times() const {
  Times times;
  for (const TlsKeys::Pair& pair : pairs_) {
    for (const std::string& file : {pair.certificate, pair.key}) {
      std::error_code fault;
      times.push_back(std::filesystem::last_write_time(file, fault));
    }
  }
  return times;
}

Result<bool> TlsFiles::refresh(When when, const Clock& clock) {
  const std::lock_guard lock(refreshing_);
  Times now = modification_times();
  if (when == When::kChanged && now == seen_) return false;
  auto read = TlsKeys::read(pairs_, only_tls_1_3_);
  const auto served = latest_.get();
  seen_ = std::move(now);
  if (!read) return std::unexpected(std::move(read.error()));
  const WallTime end = (*read)->expires_at();
  if (served != nullptr && end != served->expires_at() && end <= clock.wall()) {
    return fail(Errc::kInvalid, "the certificate in the changed TLS files has expired");
  }
  latest_.set(std::move(*read));
  return true;
}

}  // namespace noded::http
