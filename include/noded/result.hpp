// Result<T>: a value, or the reason there is none. Every fallible call in this project returns one.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace noded {

// What a caller can do about a failure. Add one only when some caller would act differently on it;
// everything else that is known about the failure goes into the other members of Error.
enum class Errc : std::uint8_t {
  kInvalid,        // the request itself is malformed; repeating it cannot help
  kUnprocessable,  // well formed, but a rule of the application's schema refuses it
  kUnauthorized,   // no valid identity
  kForbidden,      // a valid identity without the permission
  kNotFound,
  kExists,       // a uniqueness rule refuses it; another value may succeed
  kConflict,     // a concurrent transaction won; the whole transaction may be tried again
  kTooLarge,     // a size limit was passed
  kTimeout,      // the deadline passed before the work was done; nothing was changed
  kOverloaded,   // refused before any work was done; try again later
  kUnavailable,  // a dependency is down, or the store takes no writes
  kWouldBlock,   // the memory tier could not answer; run the same call in the disk tier (never
                 // leaves the store)
  kInternal,     // a defect; logged with its cause, reported without it
};

struct Error {
  Errc code = Errc::kInternal;
  std::string message;  // for a person; never parsed, never holds a secret
  std::string type;     // the error class that the wire format names, e.g.
                        // "InvalidSearchParamsException"; may be empty
  std::string members;  // further members for the wire format: JSON object text such as
                        // {"context":{…}}; may be empty
};

template <class T = void>
using Result = std::expected<T, Error>;

// fail(Errc::kInvalid, "…") is what a function returning any Result returns on an error.
inline std::unexpected<Error> fail(
    Errc code, std::string message, std::string type = {}, std::string members = {}
) {
  return std::unexpected(Error{code, std::move(message), std::move(type), std::move(members)});
}

}  // namespace noded
