// RouterTable: the routes in force. Each change builds a new immutable table beside the old one and
// swaps it; a request keeps the table that it began with. A match takes one step a path segment.
//
// Literal segments win over parameters, parameters over "*rest", the leftmost difference deciding.
// Segments are percent-decoded once before they are compared. A parameter is never empty; a rest
// may be.
#pragma once

#include "noded/http.hpp"

#include "runtime/latest.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace noded::http {

struct RouteMatch {
  std::shared_ptr<const Route> route;  // null: no such path, or not for this method
  // A parameter has an encoded '/', a NUL, a broken escape, no UTF-8, or a rest with dot segments.
  bool is_bad_path = false;
};

class RouterTable final : public Router {
 public:
  static constexpr std::size_t kMostSegments = 32;  // of a pattern; only a rest takes longer paths

  RouterTable();
  ~RouterTable() override;

  // kInvalid also for patterns that are none: no leading '/', a '*' that is not last, no name.
  Result<> mount(std::string owner, std::vector<Route> routes) override;
  void unmount(std::string_view owner) override;
  std::vector<std::shared_ptr<const Route>> routes() const override;

  // kHead finds the routes of kGet. `parameters` is overwritten; its names live as long as the
  // route.
  RouteMatch find(Method method, std::string_view path, std::vector<PathParameter>& parameters)
      const;

 private:
  struct Table;
  using Owners = std::map<std::string, std::vector<std::shared_ptr<const Route>>, std::less<>>;

  mutable std::mutex mutex_;  // orders changes; readers only take table_
  Owners owners_;
  runtime::Latest<Table> table_;
};

}  // namespace noded::http
