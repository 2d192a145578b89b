#include "gateway/host_filter.hpp"

#include "codec/ascii.hpp"
#include "http/refusal.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace noded::gateway {
namespace {

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.starts_with('[') ? host.find(':', host.find(']')) : host.find(':');
  return host.substr(0, colon);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), codec::to_lower);
  return out;
}

bool is_loopback_name(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  const auto is_address_part = [](char c) {
    return codec::is_digit(c) || c == '.';
  };
  return host.starts_with("127.") && std::ranges::all_of(host, is_address_part);
}

}  // namespace

HostFilter::HostFilter(std::optional<std::vector<std::string>> hosts) {
  set_hosts(std::move(hosts));
}

void HostFilter::set_hosts(std::optional<std::vector<std::string>> hosts) {
  if (!hosts) return hosts_.set(nullptr);
  for (std::string& host : *hosts)
    host = lower(host);
  hosts_.set(std::make_shared<const std::vector<std::string>>(std::move(*hosts)));
}

bool HostFilter::knows(std::string_view host) const {
  if (is_loopback_name(host)) return true;
  const auto hosts = hosts_.get();
  if (hosts == nullptr) return true;
  const std::string name = lower(host);
  return is_loopback_name(name) || std::ranges::find(*hosts, name) != hosts->end();
}

std::optional<http::Response> HostFilter::before(http::Request& request) {
  if (request.from_local_socket || !request.has_header("host")) return std::nullopt;
  const std::string_view host = without_port(request.header("host"));
  if (knows(host)) return std::nullopt;
  http::Response response = http::refuse(
      request,
      http::kUnknownHost,
      "this node does not go by the host \"" + std::string(host) +
          "\"; its operator can name it in "
          "the option http.hosts"
  );
  response.refusal = "host";
  return response;
}

}  // namespace noded::gateway
