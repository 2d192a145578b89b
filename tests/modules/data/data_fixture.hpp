// What the tests of the data module share: the module over the real record layer with the memory
// engine, a guard that is told whom to refuse, and requests driven through the real router table.
#pragma once

#include "noded/http.hpp"
#include "noded/lane.hpp"

#include "http/router_table.hpp"
#include "modules/data/data_module.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"
#include "repository/database/filter.hpp"
#include "storage/open.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::data::testing {

namespace json = boost::json;

// Runs a task to its end on a loop of its own.
template <class T>
T run(Task<T> task) {
  net::io_context loop(1);
  std::optional<T> result;
  std::exception_ptr failure;
  net::co_spawn(loop.get_executor(), std::move(task), [&](std::exception_ptr cause, T value) {
    failure = std::move(cause);
    if (!failure) result.emplace(std::move(value));
  });
  loop.run();  // until the store's thread, too, has let go of the loop
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

class InlineLane final : public Lane {
 public:
  bool try_post(std::move_only_function<void()> work) override {
    work();
    return true;
  }
  bool is_full() const override { return false; }
};

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string_view text) : text_(text) {}
  Task<Result<std::string_view>> read() override {
    co_return std::exchange(text_, std::string_view());
  }
  std::optional<std::uint64_t> declared_size() const override { return text_.size(); }

 private:
  std::string_view text_;
};

// Roles: "admin" may do all; "reader" reads all but authors; "owner" sees and touches only rows of
// docs whose owner is "me".
class Guard final : public database::AccessProvider, public Authorizer {
 public:
  std::unique_ptr<database::Access> access_for(const Identity& identity) override {
    return std::make_unique<RoleAccess>(identity.role);
  }
  Result<> authorize(const Identity& identity, std::string_view permission, const http::Request&)
      override {
    if (identity.role == "admin") return {};
    return refused(permission);
  }

  static std::unexpected<Error> refused(std::string_view permission) {
    return fail(
        Errc::kForbidden,
        "Permission \"" + std::string(permission) + "\" not granted",
        "PermissionsException"
    );
  }

 private:
  class RoleAccess final : public database::Access {
   public:
    explicit RoleAccess(std::string role) : role_(std::move(role)) {}
    Result<Rows>
    rows(const database::Entity& entity, database::Action action, const database::RowKey*)
        const override {
      using database::Action;
      if (role_ == "admin") return Rows{};
      if (role_ == "reader" && action == Action::kRead && entity.name != "authors") return Rows{};
      if (role_ == "owner" && entity.name == "docs") {
        auto filter = database::Filter::compile(
            entity, json::parse(R"({"owner":"me"})"), database::Grammar::kPolicy, false, true
        );
        if (!filter) return std::unexpected(std::move(filter.error()));
        return Rows{std::make_shared<const database::Filter>(std::move(*filter)), "{}"};
      }
      constexpr std::string_view kNames[] = {"read", "create", "update", "delete"};
      return refused("data.entity." + std::string(kNames[static_cast<std::size_t>(action)]));
    }
    Error outside(const database::Entity&, database::Action, const Rows&) const override {
      return {Errc::kForbidden, "outside", "PermissionsException", {}};
    }

   private:
    std::string role_;
  };
};

struct Answer {
  int status = 0;
  std::string body;  // with every time as 0
  std::string_view content_type;
};

inline json::object application_config() {
  return json::parse(R"({
    "data": {
      "basepath": "/api/data",
      "default_primary_format": "integer",
      "entities": {
        "authors": {"config": {"name": "Authors", "description": "People who write"},
          "fields": {"name": {"type": "text", "config": {"required": true}},
                     "email": {"type": "text"}}},
        "posts": {
          "fields": {"title": {"type": "text", "config": {"required": true, "minLength": 2}},
                     "slug": {"type": "text", "config": {"pattern": "^[a-z0-9-]+$"}},
                     "views": {"type": "number", "config": {"default_value": 0, "minimum": -10}},
                     "status": {"type": "enum", "config": {"default_value": "draft",
                       "options": {"type": "strings", "values": ["draft", "live"]}}},
                     "settings": {"type": "jsonschema", "config": {"schema": {"type": "object",
                       "properties": {"color": {"type": "string"}, "size": {"type": "number"}},
                       "required": ["color"]}}},
                     "secret": {"type": "text", "config": {"hidden": true}},
                     "origin": {"type": "text", "config": {"fillable": ["create"]}}}},
        "comments": {"config": {"sort_field": "id", "sort_dir": "desc"},
          "fields": {"content": {"type": "text", "config": {"required": true}}}},
        "tags": {"fields": {"label": {"type": "text", "config": {"required": true}}}},
        "categories": {"fields": {"name": {"type": "text"}}},
        "notes": {"config": {"primary_format": "uuid"}, "fields": {"text": {"type": "text"}}},
        "docs": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"}}},
        "posts_tags": {"type": "generated", "fields": {
          "posts_id": {"type": "relation", "config": {"reference": "posts", "target": "posts"}},
          "tags_id": {"type": "relation", "config": {"reference": "tags", "target": "tags"}}}}
      },
      "relations": {
        "n1_posts_authors": {"type": "n:1", "source": "posts", "target": "authors"},
        "n1_comments_posts": {"type": "n:1", "source": "comments", "target": "posts",
          "config": {"required": true}},
        "mn_posts_tags": {"type": "m:n", "source": "posts", "target": "tags",
          "config": {"connectionTable": "posts_tags"}},
        "n1_categories": {"type": "n:1", "source": "categories", "target": "categories",
          "config": {"mappedBy": "parent", "inversedBy": "children"}}
      },
      "indices": {
        "idx_unique_posts_slug": {"entity": "posts", "fields": ["slug"], "unique": true}
      }
    }
  })")
      .as_object();
}

class DataRoutes : public ::testing::Test {
 protected:
  DataRoutes() {
    json::object application = application_config();
    EXPECT_TRUE(module_.complete(application).has_value());
    auto prepared = module_.prepare(application);
    if (!prepared) throw std::runtime_error(prepared.error().message);
    auto changed = run(database_.change_schema(application.at("data").as_object(), {}));
    if (!changed) throw std::runtime_error(changed.error().message);
    (*prepared)->publish();
  }
  ~DataRoutes() override { engine_->close(); }

  // Sends a request as `role_`, with JSON headers.
  Answer call(http::Method method, std::string_view target, std::string_view body = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    request.headers = headers_;
    auto identity = std::make_shared<Identity>();
    identity->role = role_;
    request.identity = std::move(identity);
    TextBody reader(body);
    request.body = &reader;
    const auto match = router_.find(method, request.path, request.parameters);
    if (!match.route) return {404, "no route", {}};
    EXPECT_EQ(match.route->permission, "system.access.api");
    auto response = run(match.route->handler(request));
    static const std::regex kTime(R"("time":\d+\.\d\d)");
    return {
        response.status,
        std::regex_replace(response.body, kTime, R"("time":0)"),
        response.content_type,
    };
  }
  Answer get(std::string_view target) { return call(http::Method::kGet, target); }
  Answer post(std::string_view target, std::string_view body) {
    return call(http::Method::kPost, target, body);
  }
  // Creates a row and expects that to work.
  void given(std::string_view entity, std::string_view row) {
    const Answer made = post("/api/data/entity/" + std::string(entity), row);
    EXPECT_EQ(made.status, 201) << made.body;
  }

  std::string role_ = "admin";
  std::vector<http::Header> headers_{{"accept", "application/json"}, {"host", "example.test"}};
  InlineLane lane_;
  std::unique_ptr<Engine> engine_ = open_memory_engine();
  database::Database database_{{*engine_, lane_}, 1, system_clock()};
  http::RouterTable router_;
  Guard guard_;
  DataLimits limits_{.query = {.max_rows = 50}, .max_insert_rows = 5, .max_changed_rows = 3};
  DataModule module_{database_, router_, guard_, guard_, limits_};

 private:
  static std::unique_ptr<Engine> open_memory_engine() {
    storage::StorageSettings settings;
    settings.engine = "memory";
    auto engine = storage::open_engine(settings);
    if (!engine) throw std::runtime_error(engine.error().message);
    return std::move(*engine);
  }
};

}  // namespace noded::data::testing
