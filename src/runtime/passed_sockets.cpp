#include "runtime/passed_sockets.hpp"

#include "runtime/taken_variable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace noded::runtime {
namespace {

constexpr int kFirstDescriptor = 3;
constexpr int kMostDescriptors = 64;

std::optional<int> parse_count(std::string_view text) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::string take_name(std::string_view& names) {
  const std::size_t colon = names.find(':');
  const std::string_view name = names.substr(0, colon);
  names = colon == std::string_view::npos ? std::string_view() : names.substr(colon + 1);
  return name.empty() ? "unknown" : std::string(name);
}

}  // namespace

Result<std::vector<PassedSocket>> take_passed_sockets() {
  const std::string process = take_variable("LISTEN_PID");
  const std::string count_text = take_variable("LISTEN_FDS");
  const std::string names_text = take_variable("LISTEN_FDNAMES");
  std::vector<PassedSocket> sockets;
  if (count_text.empty() || parse_count(process) != static_cast<int>(::getpid())) return sockets;
  const auto count = parse_count(count_text);
  if (!count || *count > kMostDescriptors) {
    return fail(
        Errc::kInvalid,
        fmt::format("LISTEN_FDS is \"{}\"; expected 0 to {}", count_text, kMostDescriptors)
    );
  }
  std::string_view names = names_text;
  for (int descriptor = kFirstDescriptor; descriptor < kFirstDescriptor + *count; ++descriptor) {
    std::string name = take_name(names);
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
      return fail(
          Errc::kInvalid,
          fmt::format("the passed socket {} ({}): {}", name, descriptor, std::strerror(errno))
      );
    }
    sockets.push_back({std::move(name), descriptor});
  }
  return sockets;
}

}  // namespace noded::runtime
