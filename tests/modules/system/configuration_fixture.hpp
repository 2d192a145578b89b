// A configuration over the memory engine, with a data module that counts what it is asked to do.
#pragma once

#include "modules/system/configuration.hpp"
#include "modules/system/flows_module.hpp"
#include "modules/system/media_module.hpp"
#include "modules/system/server_module.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"
#include "support/sealing_box.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace noded::system {

using Kind = ConfigurationEdit::Kind;
using testing_support::parse;
using testing_support::parse_object;

class SilentLog final : public Node::Logger {
 public:
  void info(std::string_view, std::string_view) override {}
  void warning(std::string_view, std::string_view) override {}
  void error(std::string_view, std::string_view) override {}
};

// The data module as far as the configuration needs one, which counts what it is asked to do.
class PlainDataModule final : public Module {
 public:
  std::string_view name() const override { return "data"; }
  std::string_view schema() const override {
    return R"({"type":"object","additionalProperties":false,"properties":{
      "entities":{"type":"object","default":{},"additionalProperties":{"type":"object","additionalProperties":false,
        "properties":{"type":{"type":"string","default":"regular"},"config":{"type":"object"},
          "fields":{"type":"object","default":{},"additionalProperties":{"anyOf":[
            {"type":"object","properties":{"type":{"enum":["primary","text","number","boolean","date","json","enum"]}},"required":["type"]}]}}}}},
      "relations":{"type":"object","default":{}},"indices":{"type":"object","default":{}}}})";
  }
  Result<> complete(json::object&) const override { return {}; }
  Result<std::unique_ptr<Prepared>> prepare(const json::object& application) override {
    if (application.at("data").at("entities").as_object().contains("refused")) {
      return fail(Errc::kInvalid, "data: not this one");
    }
    return std::make_unique<Counted>(*this);
  }
  std::vector<std::string_view> secret_paths() const override { return {}; }

  int published = 0;
  bool approves = true;

 private:
  class Counted final : public Prepared {
   public:
    explicit Counted(PlainDataModule& module) : module_(module) {}
    Result<> approve(Transaction&) override {
      if (module_.approves) return {};
      return fail(Errc::kConflict, "data: not now");
    }
    void publish() noexcept override { ++module_.published; }

   private:
    PlainDataModule& module_;
  };
};

inline constexpr std::string_view kNotes =
    R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}}}})";
inline constexpr std::string_view kStorage =
    R"({"type":"s3","config":{"access_key":"key-in-the-open","secret_access_key":"hush","url":"https://b.s3.example"}})";

class ConfigurationTest : public testing_support::DatabaseFixture {
 protected:
  // What a start of the node makes.
  struct Started {
    Started(database::Database& database, SecretBox& secrets)
        : server([](const CorsSettings&) {}),
          configuration(database, secrets, {server, data, media, flows}, log) {}

    SilentLog log;
    ServerModule server;
    PlainDataModule data;
    MediaModule media;
    FlowsModule flows;
    Configuration configuration;
  };

  ConfigurationTest() { EXPECT_TRUE(run(first_.configuration.first_boot(parse_object(kNotes)))); }

  Result<json::object> change(
      Kind kind, std::string module, std::string path, std::string_view value = "null"
  ) {
    return run(first_.configuration.change(
        std::move(module), ConfigurationEdit{kind, std::move(path), parse(value)}
    ));
  }

  std::string stored(std::string_view name) {
    auto body = [&](Transaction& transaction) -> Result<std::string> {
      std::string text;
      const auto found = transaction.get(database::keys::meta(kApplication, name), text);
      if (!found) return std::unexpected(found.error());
      return text;
    };
    return run(database::read(database_.store(), SteadyTime::max(), body)).value();
  }

  testing_support::SealingBox box_;
  Started first_{database_, box_};
};

}  // namespace noded::system
