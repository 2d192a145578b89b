#include "client/client.hpp"

#include "client/client_options.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace noded::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool is_this_machine(std::string_view authority) {
  if (authority.contains('@')) return false;
  const std::string_view host = authority.starts_with('[')
                                    ? authority.substr(0, authority.find(']') + 1)
                                    : authority.substr(0, authority.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

Result<Fetched> fetch_now(const FetchRequest& request, const CallLimits& limits) {
  auto call = CurlCall::open(request.url, "https,http", limits);
  if (!call) return std::unexpected(std::move(call.error()));
  call->set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  call->set(CURLOPT_USERAGENT, std::string("noded"));  // some services refuse who names none
  call->keep_body(request.most);
  for (const std::string& header : request.headers)
    call->add_to_list(CURLOPT_HTTPHEADER, header);
  if (request.body) {
    call->add_to_list(CURLOPT_HTTPHEADER, "Expect:");  // no round trip to ask whether it may come
    call->set_post(*request.body);
  }
  if (auto done = call->perform(); !done) return std::unexpected(std::move(done.error()));
  return Fetched{
      .status = static_cast<int>(call->status()),
      .content_type = call->content_type(),
      .body = call->take_body()
  };
}

}  // namespace

bool is_safe_url(std::string_view url) noexcept {
  constexpr std::string_view kTls = "https://";
  constexpr std::string_view kPlain = "http://";
  const bool is_plain_text =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  if (!is_plain_text) return false;
  if (url.starts_with(kTls)) {
    const std::string_view rest = url.substr(kTls.size());
    return !rest.substr(0, rest.find_first_of("/?#")).empty();
  }
  if (!url.starts_with(kPlain)) return false;
  const std::string_view rest = url.substr(kPlain.size());
  return is_this_machine(rest.substr(0, rest.find_first_of("/?#")));
}

ClientSetup client_setup(const Options& options) {
  return {
      .limits =
          {.timeout = options.get(kTimeout),
           .connect_timeout = options.get(kConnectTimeout),
           .ca_file = options.get(kCaFile),
           .proxy = options.get(kProxy)},
      .threads = static_cast<std::size_t>(options.get(kThreads)),
      .queue = static_cast<std::size_t>(options.get(kQueue))
  };
}

Client::Client(ClientSetup setup)
    : setup_(std::move(setup)),
      lane_({.name = "client", .queue_limit = setup_.queue, .thread_limit = setup_.threads}) {}

Task<Result<Fetched>> Client::fetch(FetchRequest request, SteadyTime deadline) {
  if (!is_safe_url(request.url)) {
    co_return fail(
        Errc::kInvalid,
        "\"" + request.url + "\" cannot be asked: only https, and http to this machine, can"
    );
  }
  co_return co_await run(
      [asked = std::move(request)](const CallLimits& limits) { return fetch_now(asked, limits); },
      deadline
  );
}

Task<Result<Fetched>> Client::run(Call call, SteadyTime deadline) {
  auto fetched = co_await offload(lane_, [this, &call, deadline] { return count(call, deadline); });
  co_return fetched;
}

Result<Fetched> Client::count(Call& call, SteadyTime deadline) {
  const auto began = steady_clock::now();
  calls_.fetch_add(1, std::memory_order_relaxed);
  CallLimits limits = setup_.limits;
  limits.stop = &is_stopping_;
  if (deadline != SteadyTime::max()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - began);
    limits.timeout = std::clamp(left, milliseconds(1), limits.timeout);
  }
  auto fetched = call(limits);
  if (!fetched) failures_.fetch_add(1, std::memory_order_relaxed);
  const auto took = std::chrono::nanoseconds(steady_clock::now() - began);
  nanoseconds_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
  return fetched;
}

Task<> Client::stop(Lane& lane) {
  is_stopping_.store(true, std::memory_order_relaxed);
  const auto waited = co_await run_on(lane, [this] { lane_.close(); });
  if (!waited) lane_.close();  // nobody else can wait for them
}

double Client::seconds() const {
  return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
}

}  // namespace noded::client
