#include "modules/system/openapi.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

namespace noded::system {
namespace {

std::vector<std::shared_ptr<const http::Route>> rows() {
  const auto row = [](http::Method method, std::string pattern, std::string_view summary) {
    auto route = std::make_shared<http::Route>();
    route->method = method;
    route->pattern = std::move(pattern);
    route->summary = summary;
    if (method == http::Method::kPost) {
      route->request_schema = R"({"type":"object"})";
      route->response_schema = R"({"type":"array"})";
    }
    return route;
  };
  return {
      row(http::Method::kGet, "/api/data/entity/:entity/:id", "Read <one>"),
      row(http::Method::kPost, "/api/data/entity/:entity", "Insert"),
      row(http::Method::kGet, "/api/files/*path", "Read a file"),
      row(http::Method::kGet, "/hidden", ""),
  };
}

TEST(OpenApi, DescribesTheRoutesThatHaveASummary) {
  const auto document = codec::parse_json(openapi_document(rows()));
  ASSERT_TRUE(document);
  EXPECT_EQ(document->at("openapi"), "3.1.0");
  EXPECT_EQ(document->at("info").at("title"), "bknd API");
  const auto& paths = document->at("paths").as_object();
  EXPECT_EQ(paths.size(), 3u);
  EXPECT_TRUE(paths.contains("/api/files/{path}"));
  const auto& read = paths.at("/api/data/entity/{entity}/{id}").at("get");
  EXPECT_EQ(read.at("operationId"), "getApiDataEntityByEntityById");
  EXPECT_EQ(read.at("tags").at(0), "data");
  EXPECT_EQ(read.at("parameters").as_array().size(), 2u);
  EXPECT_EQ(read.at("parameters").at(1).at("name"), "id");
  const auto& insert = paths.at("/api/data/entity/{entity}").at("post");
  EXPECT_EQ(
      codec::to_json_text(insert.at("requestBody")),
      R"({"content":{"application/json":{"schema":{"type":"object"}}}})"
  );
  EXPECT_EQ(
      insert.at("responses").at("200").at("content").at("application/json").at("schema").at("type"),
      "array"
  );
}

TEST(OperationsPage, EscapesWhatItShowsAndFetchesNothing) {
  const std::string page = operations_page(rows());
  EXPECT_NE(page.find("Read &lt;one&gt;"), std::string::npos);
  EXPECT_NE(page.find("/api/data/entity/{entity}/{id}"), std::string::npos);
  EXPECT_EQ(page.find("hidden"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("//"), std::string::npos);
}

}  // namespace
}  // namespace noded::system
