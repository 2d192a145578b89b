// For tests of TLS: certificates made on the spot, and a blocking client.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace noded::test {

// Writes a self-signed certificate for `host` and its P-256 key as PEM. `days` from now; negative
// ones have passed.
inline void write_certificate(
    const std::string& certificate_file,
    const std::string& key_file,
    const std::string& host,
    long days = 30
) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  constexpr long kDay = 24L * 60 * 60;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -90 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * kDay);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate),
      "CN",
      MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(host.c_str()),
      -1,
      -1,
      0
  );
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_set_pubkey(certificate, key);
  EXPECT_NE(X509_sign(certificate, key, EVP_sha256()), 0);
  const auto write = [](const std::string& path, auto&& put) {
    std::FILE* file = std::fopen(path.c_str(), "we");
    ASSERT_NE(file, nullptr) << path;
    EXPECT_EQ(put(file), 1);
    std::fclose(file);
  };
  write(certificate_file, [&](std::FILE* file) { return PEM_write_X509(file, certificate); });
  write(key_file, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(certificate);
  EVP_PKEY_free(key);
}

struct TlsWishes {
  int minimum = TLS1_2_VERSION;
  int maximum = TLS1_3_VERSION;
  std::string server_name = {};
  std::string protocols = {};  // RFC 7301 form: each name after its length
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsWishes& wishes = {})
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        context_(SSL_CTX_new(TLS_client_method())) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    SSL_CTX_set_min_proto_version(context_, wishes.minimum);
    SSL_CTX_set_max_proto_version(context_, wishes.maximum);
    SSL_CTX_set_security_level(context_, 0);  // or it would not even offer what is to be refused
    session_ = SSL_new(context_);
    SSL_set_fd(session_, socket_);
    if (!wishes.server_name.empty()) SSL_set_tlsext_host_name(session_, wishes.server_name.c_str());
    if (!wishes.protocols.empty()) {
      SSL_set_alpn_protos(
          session_,
          reinterpret_cast<const unsigned char*>(wishes.protocols.data()),
          static_cast<unsigned>(wishes.protocols.size())
      );
    }
    is_connected_ = SSL_connect(session_) == 1;
    ERR_clear_error();
  }
  ~TlsClient() {
    SSL_free(session_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool is_connected() const { return is_connected_; }
  std::string version() const { return SSL_get_version(session_); }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(session_, &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  // The common name of the server's certificate.
  std::string server() const {
    X509* certificate = SSL_get1_peer_certificate(session_);
    if (certificate == nullptr) return {};
    char name[256] = {};
    X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate), NID_commonName, name, sizeof name
    );
    X509_free(certificate);
    return name;
  }

  bool send(std::string_view bytes) {
    return SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  void close_notify() { SSL_shutdown(session_); }
  // Everything until the server closes.
  std::string read_all() {
    std::string out;
    char part[16384];
    for (int count = 0; (count = SSL_read(session_, part, sizeof part)) > 0;)
      out.append(part, static_cast<std::size_t>(count));
    was_closed_well_ = (SSL_get_shutdown(session_) & SSL_RECEIVED_SHUTDOWN) != 0;
    ERR_clear_error();
    return out;
  }
  bool was_closed_well() const { return was_closed_well_; }  // by close_notify

 private:
  int socket_;
  SSL_CTX* context_;
  SSL* session_ = nullptr;
  bool is_connected_ = false;
  bool was_closed_well_ = false;
};

}  // namespace noded::test
