// HTTP as handlers see it: requests, responses, routes and filters. Nothing here knows sockets.
#pragma once

#include "noded/clock.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view to_text(Method method) noexcept;

struct Header {
  std::string_view name;
  std::string_view value;
};

// Reads a request's body as it arrives. Not reading it is fine: the connection drains or closes.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The next part; empty at the end. Valid until the next call. Errors: kTooLarge (the route's
  // limit), kInvalid (framing), kTimeout, kUnavailable (the peer went away).
  virtual Task<Result<std::string_view>> read() = 0;
  virtual std::optional<std::uint64_t> declared_size(
  ) const = 0;  // Content-Length, if that is how it is framed
};

struct PathParameter {
  std::string_view name;
  std::string value;  // percent-decoded once
};

struct Route;

// One request. Lives on its connection's loop from head to answer; the views point into the
// connection's buffer and are valid for all that time.
class Request {
 public:
  Method method = Method::kGet;  // HEAD is routed as GET; `is_head` tells
  bool is_head = false;
  std::string_view target;  // as sent: path?query
  std::string_view path;    // undecoded
  std::string_view query;   // undecoded, without '?'
  std::span<const Header> headers;
  std::string_view peer;  // address text without port; "local" on the admin socket
  bool from_local_socket = false;
  bool over_tls = false;
  std::string request_id;
  SteadyTime deadline = SteadyTime::max();  // no answer after it
  IdentityPtr identity;                     // never null once the authenticate filter ran
  const Route* route = nullptr;             // set by the router
  std::vector<PathParameter> parameters;
  BodyReader* body = nullptr;     // never null
  std::uint32_t json_depth = 64;  // how deeply a JSON body may be nested

  // First field of that name, compared without case; empty if absent (has_header() tells absent
  // from empty).
  std::string_view header(std::string_view name) const noexcept;
  bool has_header(std::string_view name) const noexcept;
  std::string_view parameter(std::string_view name
  ) const noexcept;  // empty if the route has none of that name
  // The whole body, at most `limit` bytes (kTooLarge). The route's own limit holds as well.
  Task<Result<std::string>> read_body(std::uint64_t limit);
};

// Produces a response's body part by part, with back-pressure: read() is called again when the part
// was written. Used on the connection's loop; the request that it answers outlives it.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual Task<Result<std::string_view>> read(
  ) = 0;  // empty at the end; an error closes the connection
  virtual std::optional<std::uint64_t> size() const = 0;  // Content-Length if known, else chunked
  // The node is about to stop: one without an end of its own has to come to it, also while read()
  // waits.
  virtual void end_soon() {}
};

struct ResponseHeader {
  std::string name;
  std::string value;
};

struct Response {
  int status = 200;
  std::string_view content_type =
      "application/json";  // static storage; empty = no field. Not sent without a body.
  std::vector<ResponseHeader> headers;  // Content-Length, Date, Connection are the server's own
  std::string body;
  std::unique_ptr<BodySource> source;  // takes the place of `body`
  std::string_view
      refusal;  // static text for the access log: why this was refused; empty otherwise

  static Response json(int status, std::string body);
  static Response text(int status, std::string body);
  static Response redirect(int status, std::string location);
};

using Handler = std::function<Task<Response>(Request&)>;

// One row of a module's table. The router, the permission check and the OpenAPI document are made
// from it.
struct Route {
  Method method;
  std::string pattern;  // "/api/data/entity/:entity/:id"; ":name" is one segment; a last "*name"
                        // takes the rest
  std::string_view permission;  // checked before the handler; empty = the handler or nobody checks
  std::string_view summary;     // for the OpenAPI document; empty = not listed
  std::string_view request_schema;   // JSON Schema text of the body; empty = none
  std::string_view response_schema;  // JSON Schema text of the 200/201 answer; empty = none
  Handler handler;
  std::uint64_t max_body = 0;  // bytes; 0 = the option http.max_body
};

// Where roles and modules put their routes. Thread-safe; a request keeps the table that it began
// with.
class Router {
 public:
  virtual ~Router() = default;
  // Replaces all routes of `owner` at once. kInvalid names two rows that claim the same method and
  // pattern; nothing changes then.
  virtual Result<> mount(std::string owner, std::vector<Route> routes) = 0;
  virtual void unmount(std::string_view owner) = 0;
  // The rows in force, for documents made from them.
  virtual std::vector<std::shared_ptr<const Route>> routes() const = 0;
};

// One concern around every request: before() may answer in its place; after() sees the answer,
// whoever gave it. Loop threads, concurrently; never blocks.
class Filter {
 public:
  virtual ~Filter() = default;
  virtual std::optional<Response> before(Request& request) = 0;
  virtual void after(const Request& request, Response& response) = 0;
};

}  // namespace noded::http
