#include "modules/auth/keys/network.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <optional>

namespace noded::auth {
namespace {

namespace ip = boost::asio::ip;

// In network order; empty when it is no address.
std::string bytes_of(std::string_view text) {
  boost::system::error_code fault;
  const ip::address address = ip::make_address(text, fault);
  if (fault) return {};
  const auto copy = [](const auto& bytes) {
    return std::string(bytes.begin(), bytes.end());
  };
  if (address.is_v4()) return copy(address.to_v4().to_bytes());
  const ip::address_v6 six = address.to_v6();
  if (six.scope_id() != 0) return {};
  if (six.is_v4_mapped()) return copy(ip::make_address_v4(ip::v4_mapped, six).to_bytes());
  return copy(six.to_bytes());
}

// Of its first `prefix` bits, the rest zero.
std::string head_of(std::string bytes, std::size_t prefix) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t kept = prefix > 8 * i ? prefix - 8 * i : 0;
    if (kept >= 8) continue;
    const auto mask = static_cast<unsigned char>(0xff00U >> kept);
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) & mask);
  }
  return bytes;
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  Network network;
  network.bytes_ = bytes_of(address);
  if (network.bytes_.empty())
    return fail(Errc::kInvalid, "\"" + std::string(text) + "\" is no address or network");
  network.prefix_ = 8 * network.bytes_.size();
  if (slash == std::string_view::npos) return network;
  const auto prefix = number_of(text.substr(slash + 1));
  if (!prefix || *prefix > network.prefix_) {
    return fail(
        Errc::kInvalid,
        "the prefix of \"" + std::string(text) + "\" is no number from 0 to " +
            std::to_string(network.prefix_)
    );
  }
  network.prefix_ = *prefix;
  if (head_of(network.bytes_, *prefix) == network.bytes_) return network;
  return fail(Errc::kInvalid, "\"" + std::string(text) + "\" has bits set behind its prefix");
}

bool Network::contains(std::string_view address) const {
  std::string bytes = bytes_of(address);
  return bytes.size() == bytes_.size() && head_of(std::move(bytes), prefix_) == bytes_;
}

}  // namespace noded::auth
