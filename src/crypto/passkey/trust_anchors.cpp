#include "crypto/passkey/trust_anchors.hpp"

#include <chrono>

namespace noded::passkey {
namespace {

constexpr int kMaxChain = 8;
constexpr int kLevel = 1;  // OpenSSL's: 80 bits, which leaves out SHA-1 and RSA below 1024

void free_stack(STACK_OF(X509) * certificates) {
  sk_X509_free(certificates);
}

}  // namespace

TrustAnchors::TrustAnchors() : store_(X509_STORE_new()) {}

Result<> TrustAnchors::add(const Certificate& certificate) {
  const QuietErrors quiet;
  if (!store_ || X509_STORE_add_cert(store_.get(), certificate.handle()) != 1) {
    return fail(Errc::kInternal, "OpenSSL cannot keep a trust anchor");
  }
  return {};
}

Result<> TrustAnchors::add_pem(std::string_view pem) {
  const auto certificates = Certificate::parse_pem(pem);
  if (certificates.empty()) {
    return fail(Errc::kInvalid, "not a PEM file of X.509 certificates alone");
  }
  for (const Certificate& certificate : certificates) {
    if (auto added = add(certificate); !added) return added;
  }
  return {};
}

Result<> TrustAnchors::add_der(std::string_view der) {
  const auto certificate = Certificate::parse(der);
  if (!certificate) return fail(Errc::kInvalid, "not an X.509 certificate in DER");
  return add(*certificate);
}

bool TrustAnchors::trusts(std::span<const Certificate> chain, WallTime now) const {
  const QuietErrors quiet;
  if (chain.empty() || !store_) return false;
  const Handle<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  const Handle<STACK_OF(X509), free_stack> others(sk_X509_new_null());
  if (!context || !others) return false;
  for (const Certificate& certificate : chain.subspan(1)) {
    if (sk_X509_push(others.get(), certificate.handle()) <= 0) return false;
  }
  if (X509_STORE_CTX_init(context.get(), store_.get(), chain.front().handle(), others.get()) != 1) {
    return false;
  }
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  X509_VERIFY_PARAM_set_time(rules, seconds);
  X509_VERIFY_PARAM_set_depth(rules, kMaxChain);
  X509_VERIFY_PARAM_set_auth_level(rules, kLevel);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  return X509_verify_cert(context.get()) == 1;
}

}  // namespace noded::passkey
