#include "cli/admin_client.hpp"

#include <fmt/format.h>

#include <utility>

namespace noded::cli {

Result<http::ClientAnswer> ask_node(
    const std::filesystem::path& socket,
    http::Method method,
    std::string_view target,
    std::string_view body,
    std::chrono::seconds patience
) {
  const std::string path = socket.string();
  const http::Endpoint endpoint{.unix_path = path, .address = {}, .port = 0};
  const std::string_view type = body.empty() ? std::string_view() : "application/json";
  auto answer = http::request(endpoint, method, target, body, type, patience);
  if (answer) return answer;
  std::string& what = answer.error().message;
  switch (answer.error().code) {
    case Errc::kNotFound:
      what = fmt::format("no node runs at {} ({})", path, what);
      break;
    case Errc::kForbidden:
      what = fmt::format("{} belongs to another user", path);
      break;
    default:
      what = fmt::format("the node does not answer: {}", what);
  }
  return answer;
}

}  // namespace noded::cli
