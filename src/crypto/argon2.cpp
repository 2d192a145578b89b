#include "crypto/argon2.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <argon2.h>
#include <sys/mman.h>

#include <charconv>
#include <cstddef>
#include <utility>

namespace noded::crypto {
namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

// A mapping that grows when it has to. Its pages come one by one as they are touched, which holds
// no lock that other threads need.
class HashMemory {
 public:
  HashMemory() = default;
  HashMemory(const HashMemory&) = delete;
  HashMemory& operator=(const HashMemory&) = delete;
  ~HashMemory() { release(); }

  void* at_least(std::size_t size) {
    if (size <= size_) return memory_;
    release();
    void* made = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED) return nullptr;
    madvise(made, size, MADV_HUGEPAGE);  // where there are any: the hash jumps all over it
    memory_ = made;
    size_ = size;
    return memory_;
  }

  void release() {
    if (memory_ != nullptr) munmap(memory_, size_);
    memory_ = nullptr;
    size_ = 0;
  }

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

thread_local HashMemory hash_memory;

// The callbacks of argon2_context. The library has wiped what it gives back.
int allocate(std::uint8_t** memory, std::size_t size) {
  *memory = static_cast<std::uint8_t*>(hash_memory.at_least(size));
  return *memory == nullptr ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}
void keep(std::uint8_t*, std::size_t) {}

struct Parameters {
  Argon2Cost cost;
  std::uint32_t lanes = 1;
  std::string salt;
};

// Empty when the parameters are none that RFC 9106 allows, or memory lacks.
std::optional<std::string> compute(
    std::string_view password, Parameters& parameters, std::size_t size
) {
  std::string hash(size, '\0');
  std::string key(password);  // the interface takes what it may wipe
  argon2_context context{};
  context.out = reinterpret_cast<std::uint8_t*>(hash.data());
  context.outlen = static_cast<std::uint32_t>(hash.size());
  context.pwd = reinterpret_cast<std::uint8_t*>(key.data());
  context.pwdlen = static_cast<std::uint32_t>(key.size());
  context.salt = reinterpret_cast<std::uint8_t*>(parameters.salt.data());
  context.saltlen = static_cast<std::uint32_t>(parameters.salt.size());
  context.t_cost = static_cast<std::uint32_t>(parameters.cost.passes);
  context.m_cost = static_cast<std::uint32_t>(parameters.cost.memory_kib);
  context.lanes = parameters.lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = allocate;
  context.free_cbk = keep;
  context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
  if (argon2id_ctx(&context) != ARGON2_OK) return std::nullopt;
  return hash;
}

std::string unpadded_base64(std::string_view bytes) {
  std::string text = codec::base64_encode(bytes);
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::string> from_unpadded_base64(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  return codec::base64_decode(padded);
}

// Takes "<name>=<number>" off the front.
std::optional<std::uint32_t> take_parameter(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

struct Encoded {
  Parameters parameters;
  std::string hash;
};

std::optional<Encoded> decode(std::string_view text) {
  const auto version = take_parameter(text, "$argon2id$v=");
  const auto memory = take_parameter(text, "$m=");
  const auto passes = take_parameter(text, ",t=");
  const auto lanes = take_parameter(text, ",p=");
  const std::size_t middle = text.find('$', 1);
  if (version != std::uint32_t{ARGON2_VERSION_13} || !memory || !passes || !lanes ||
      !text.starts_with('$') || middle == std::string_view::npos) {
    return std::nullopt;
  }
  auto salt = from_unpadded_base64(text.substr(1, middle - 1));
  auto hash = from_unpadded_base64(text.substr(middle + 1));
  if (!salt || !hash || hash->size() < ARGON2_MIN_OUTLEN) return std::nullopt;
  return Encoded{
      .parameters =
          {.cost = {.memory_kib = *memory, .passes = *passes},
           .lanes = *lanes,
           .salt = std::move(*salt)},
      .hash = std::move(*hash)
  };
}

}  // namespace

Result<std::string> argon2id(std::string_view password, const Argon2Cost& cost) {
  Parameters parameters{.cost = cost, .lanes = 1, .salt = random_bytes(kSaltSize)};
  const auto hash = compute(password, parameters, kHashSize);
  if (!hash) return fail(Errc::kUnavailable, "not enough memory to hash a password");
  return "$argon2id$v=" + std::to_string(ARGON2_VERSION_13) +
         "$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) + ",p=1$" +
         unpadded_base64(parameters.salt) + "$" + unpadded_base64(*hash);
}

std::optional<Argon2Cost> argon2id_cost(std::string_view encoded) {
  auto decoded = decode(encoded);
  if (!decoded) return std::nullopt;
  return decoded->parameters.cost;
}

bool verify_argon2id(std::string_view password, std::string_view encoded) {
  auto decoded = decode(encoded);
  if (!decoded) return false;
  const auto hash = compute(password, decoded->parameters, decoded->hash.size());
  return hash && equal_in_constant_time(*hash, decoded->hash);
}

void release_argon2_memory() {
  hash_memory.release();
}

}  // namespace noded::crypto
