// CurlCall: one call to another server by libcurl (an "easy" handle), whatever the protocol. It
// blocks, so it belongs on a thread of Client. Certificates are always verified, redirects are not
// followed, and only the protocols that were named are spoken.
#pragma once

#include "noded/result.hpp"

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace noded::client {

// What holds for every call.
struct CallLimits {
  std::chrono::milliseconds timeout{10'000};         // for all of it
  std::chrono::milliseconds connect_timeout{5'000};  // until the server is reached
  std::string ca_file{};                             // PEM; empty: the system's
  std::string proxy{};                               // empty: none; never for this machine
  // Becomes true when the node stops: the call ends within a second. Null: never.
  const std::atomic<bool>* stop = nullptr;
};

class CurlCall {
 public:
  // `protocols` as CURLOPT_PROTOCOLS_STR has them: "https", "smtp,smtps". Errors: kInvalid for what
  // is no URL, kUnavailable without libcurl, kInternal.
  static Result<CurlCall> open(
      const std::string& url, const char* protocols, const CallLimits& limits
  );
  CurlCall(CurlCall&&) noexcept;
  CurlCall& operator=(CurlCall&&) noexcept;
  ~CurlCall();

  // Options of the protocol (curl_easy_setopt(3)); libcurl copies texts.
  void set(CURLoption option, long number);
  void set(CURLoption option, const std::string& text);
  // A body to send; copied.
  void set_post(std::string_view body);
  // One line of CURLOPT_HTTPHEADER, or an address of CURLOPT_MAIL_RCPT.
  void add_to_list(CURLoption option, const std::string& line);
  // What libcurl asks for while it sends: `read` as of CURLOPT_READFUNCTION, with its `source`.
  void set_reader(curl_read_callback read, void* source);

  // What the server sends is kept up to that size.
  void keep_body(std::size_t most);
  // The same for the lines that a protocol answers with: a header, the replies of SMTP.
  void keep_replies(std::size_t most);

  // Does it. Errors, each with the server's name: kTimeout, kTooLarge (the server sent more than is
  // kept), kUnavailable (unknown name, refused, bad certificate, stopping, broken off).
  Result<> perform();

  long status() const;               // the answer's code of the protocol
  std::string content_type() const;  // empty: none
  std::string take_body();

 private:
  struct State;
  explicit CurlCall(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace noded::client
