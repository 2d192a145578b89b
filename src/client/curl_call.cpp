#include "client/curl_call.hpp"

#include "client/curl_library.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

namespace noded::client {
namespace {

constexpr const char* kThisMachine = "localhost,127.0.0.1,::1";

// "host:port" for messages; empty when it is no URL.
std::string server_of(const CurlLibrary& curl, const std::string& url) {
  const auto free = [&curl](CURLU* parsed) {
    curl.url_cleanup(parsed);
  };
  const std::unique_ptr<CURLU, decltype(free)> parsed(curl.url(), free);
  if (!parsed || curl.url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    if (curl.url_get(parsed.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
      return std::string();
    std::string copy(text);
    curl.free(text);
    return copy;
  };
  std::string host = part(CURLUPART_HOST);
  return host.empty() ? host : host + ":" + part(CURLUPART_PORT);
}

}  // namespace

struct CurlCall::State {
  explicit State(const CurlLibrary& library) : curl(library), handle(library.easy_init()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (handle != nullptr) curl.easy_cleanup(handle);
    for (const auto& [option, list] : lists)
      curl.slist_free_all(list);
  }

  const CurlLibrary& curl;
  CURL* handle;
  std::map<CURLoption, curl_slist*> lists;
  std::array<char, CURL_ERROR_SIZE> cause{};
  std::string server;
  std::string body;
  std::size_t most = 0;
  bool is_too_large = false;
  bool is_refused = false;  // an option was
  std::chrono::milliseconds timeout{};
  const std::atomic<bool>* stop = nullptr;

  // A libcurl too old to know an option refuses to be used at all: a limit may be among them.
  template <class Value>
  void set(CURLoption option, Value value) {
    if (curl.easy_setopt(handle, option, value) != CURLE_OK) is_refused = true;
  }

  static std::size_t keep(char* bytes, std::size_t size, std::size_t count, void* state) {
    State& self = *static_cast<State*>(state);
    const std::size_t length = size * count;
    self.is_too_large = length > self.most - self.body.size();
    if (self.is_too_large) return 0;
    self.body.append(bytes, length);
    return length;
  }

  static int look_around(void* state, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const State& self = *static_cast<const State*>(state);
    return self.stop != nullptr && self.stop->load(std::memory_order_relaxed) ? 1 : 0;
  }

  std::unexpected<Error> failure(CURLcode code) const {
    const auto unavailable = [this](std::string_view what) {
      return fail(Errc::kUnavailable, fmt::format("{}: {}", server, what));
    };
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        return fail(
            Errc::kTimeout, fmt::format("{}: no answer within {} ms", server, timeout.count())
        );
      case CURLE_COULDNT_RESOLVE_HOST:
        return unavailable("there is no such host");
      case CURLE_COULDNT_CONNECT:
        return unavailable("nobody accepts connections there");
      case CURLE_ABORTED_BY_CALLBACK:
        return unavailable("given up, since the node stops");
      case CURLE_UNSUPPORTED_PROTOCOL:
        return fail(Errc::kInvalid, server + ": this protocol is not spoken here");
      case CURLE_WRITE_ERROR:
        if (is_too_large)
          return fail(Errc::kTooLarge, fmt::format("{}: it sent more than {} bytes", server, most));
        break;
      default:
        break;
    }
    return unavailable(cause[0] != '\0' ? cause.data() : curl.easy_strerror(code));
  }
};

CurlCall::CurlCall(std::unique_ptr<State> state) : state_(std::move(state)) {}
CurlCall::CurlCall(CurlCall&&) noexcept = default;
CurlCall& CurlCall::operator=(CurlCall&&) noexcept = default;
CurlCall::~CurlCall() = default;

Result<CurlCall> CurlCall::open(
    const std::string& url, const char* protocols, const CallLimits& limits
) {
  const auto curl = curl_library();
  if (!curl) return std::unexpected(curl.error());
  auto state = std::make_unique<State>(**curl);
  if (state->handle == nullptr) return fail(Errc::kInternal, "libcurl has no handle left");
  state->server = server_of(**curl, url);
  if (state->server.empty()) return fail(Errc::kInvalid, "\"" + url + "\" is no URL");
  state->timeout = limits.timeout;
  state->stop = limits.stop;
  State& call = *state;
  call.set(CURLOPT_URL, url.c_str());
  call.set(CURLOPT_PROTOCOLS_STR, protocols);
  call.set(CURLOPT_FOLLOWLOCATION, 0L);
  call.set(CURLOPT_NOSIGNAL, 1L);  // threads share the process's signals
  call.set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.timeout.count()));
  call.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout.count()));
  call.set(CURLOPT_SSL_VERIFYPEER, 1L);
  call.set(CURLOPT_SSL_VERIFYHOST, 2L);
  call.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  call.set(CURLOPT_PROXY, limits.proxy.c_str());
  call.set(CURLOPT_NOPROXY, kThisMachine);
  if (!limits.ca_file.empty()) {
    call.set(CURLOPT_CAINFO, limits.ca_file.c_str());
    call.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  call.set(CURLOPT_ERRORBUFFER, call.cause.data());
  call.set(CURLOPT_WRITEFUNCTION, &State::keep);
  call.set(CURLOPT_WRITEDATA, &call);
  call.set(CURLOPT_NOPROGRESS, 0L);
  call.set(CURLOPT_XFERINFOFUNCTION, &State::look_around);
  call.set(CURLOPT_XFERINFODATA, &call);
  return CurlCall(std::move(state));
}

void CurlCall::set(CURLoption option, long number) {
  state_->set(option, number);
}

void CurlCall::set(CURLoption option, const std::string& text) {
  state_->set(option, text.c_str());
}

void CurlCall::set_post(std::string_view body) {
  state_->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  state_->set(CURLOPT_COPYPOSTFIELDS, body.data());
}

void CurlCall::add_to_list(CURLoption option, const std::string& line) {
  curl_slist*& list = state_->lists[option];
  if (curl_slist* longer = state_->curl.slist_append(list, line.c_str()); longer != nullptr)
    list = longer;
  state_->set(option, list);
}

void CurlCall::set_reader(curl_read_callback read, void* source) {
  state_->set(CURLOPT_UPLOAD, 1L);
  state_->set(CURLOPT_READFUNCTION, read);
  state_->set(CURLOPT_READDATA, source);
}

void CurlCall::keep_body(std::size_t most) {
  state_->most = most;
}

void CurlCall::keep_replies(std::size_t most) {
  keep_body(most);
  state_->set(CURLOPT_HEADERFUNCTION, &State::keep);
  state_->set(CURLOPT_HEADERDATA, state_.get());
}

Result<> CurlCall::perform() {
  if (state_->is_refused) return fail(Errc::kInternal, "libcurl refuses an option of this call");
  const CURLcode code = state_->curl.easy_perform(state_->handle);
  if (code != CURLE_OK) return state_->failure(code);
  return {};
}

long CurlCall::status() const {
  long code = 0;
  state_->curl.easy_getinfo(state_->handle, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::string CurlCall::content_type() const {
  char* text = nullptr;
  state_->curl.easy_getinfo(state_->handle, CURLINFO_CONTENT_TYPE, &text);
  return text == nullptr ? std::string() : std::string(text);
}

std::string CurlCall::take_body() {
  return std::move(state_->body);
}

}  // namespace noded::client
