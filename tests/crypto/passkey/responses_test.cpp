#include "crypto/passkey/responses.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::passkey {
namespace {

const std::string kClientData =
    R"({"type":"webauthn.get","challenge":"AQID","origin":"https://example.org"})";

std::string registration(std::string_view client_data = kClientData) {
  return R"({"id":"aWQ","rawId":"aWQ","type":"public-key","clientExtensionResults":{},)"
         R"("authenticatorAttachment":"platform","response":{"clientDataJSON":")" +
         codec::base64url_encode(client_data) +
         R"(","attestationObject":"AQID","transports":["usb","smart-card"],"publicKey":"!"}})";
}

std::string assertion() {
  return R"({"id":"aWQ","rawId":"aWQ","type":"public-key","response":{"clientDataJSON":")" +
         codec::base64url_encode(kClientData) +
         R"(","authenticatorData":"AQ","signature":"Ag","userHandle":"Aw"}})";
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t position = text.find(what);
  EXPECT_NE(position, std::string::npos) << what;
  return text.replace(position, what.size(), with);
}

TEST(PasskeyResponses, AreReadWithTheirBytesDecoded) {
  const auto made = parse_registration(registration());
  ASSERT_TRUE(made) << made.error().reason;
  EXPECT_EQ(made->id, "id");
  EXPECT_EQ(made->client_data_json, kClientData);
  EXPECT_EQ(made->client_data.challenge, "\x01\x02\x03");
  EXPECT_EQ(made->attestation_object, "\x01\x02\x03");
  EXPECT_EQ(made->transports, (std::vector<std::string>{"usb", "smart-card"}));

  const auto login = parse_assertion(assertion());
  ASSERT_TRUE(login) << login.error().reason;
  EXPECT_EQ(login->id, "id");
  EXPECT_EQ(login->authenticator_data, "\x01");
  EXPECT_EQ(login->signature, "\x02");
  EXPECT_EQ(login->user_handle, "\x03");
}

TEST(PasskeyResponses, MayLackAUserHandle) {
  for (const char* without : {R"(,"userHandle":null)", R"(,"userHandle":"")", ""}) {
    const auto login = parse_assertion(replaced(assertion(), R"(,"userHandle":"Aw")", without));
    ASSERT_TRUE(login) << login.error().reason;
    EXPECT_FALSE(login->user_handle);
  }
}

TEST(PasskeyResponses, AreRefusedForEachFaultOfForm) {
  const std::vector<std::pair<std::string_view, std::string_view>> in_both = {
      {R"("id":"aWQ")", R"("id":"aWR")"},   // not canonical
      {R"("id":"aWQ")", R"("id":"aWQ=")"},  // padding
      {R"("id":"aWQ")", R"("id":"aW Q")"},  // space
      {R"("id":"aWQ")", R"("id":"a+/Q")"},  // the other alphabet
      {R"("id":"aWQ")", R"("id":"aWRk")"},  // not rawId
      {R"("id":"aWQ")", R"("id":"aWQ\n")"},
      {R"("id":"aWQ")", R"("id":1)"},
      {R"("id":"aWQ",)", ""},
      {R"("rawId":"aWQ",)", ""},
      {R"("id":"aWQ","rawId":"aWQ")", R"("id":"","rawId":"")"},
      {R"("id":"aWQ")", R"("id":"aWQ","id":"aWQ")"},
      {R"("type":"public-key")", R"("type":"password")"},
      {R"("type":"public-key",)", ""},
      {R"("response":{)", R"("response":null,"other":{)"},
      {R"("clientDataJSON":")", R"("clientDataJSON":"!)"},
      {R"("clientDataJSON")", R"("clientDataJson")"},
  };
  for (const auto& [what, with] : in_both) {
    EXPECT_FALSE(parse_registration(replaced(registration(), what, with))) << with;
    EXPECT_FALSE(parse_assertion(replaced(assertion(), what, with))) << with;
  }
  const std::vector<std::pair<std::string_view, std::string_view>> in_registrations = {
      {R"("attestationObject":"AQID",)", ""},
      {R"("attestationObject":"AQID")", R"("attestationObject":[1])"},
      {R"(["usb","smart-card"])", R"("usb")"},
      {R"(["usb","smart-card"])", R"([1])"},
      {R"(["usb","smart-card"])", R"([""])"},
      {R"(["usb","smart-card"])", R"(["<b>"])"},
      {R"(["usb","smart-card"])",
       R"(["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"])"},
  };
  for (const auto& [what, with] : in_registrations) {
    EXPECT_FALSE(parse_registration(replaced(registration(), what, with))) << with;
  }
  const std::string long_handle = R"("userHandle":")" + std::string(88, 'A') + '"';  // 66 bytes
  const std::vector<std::pair<std::string_view, std::string_view>> in_assertions = {
      {R"("authenticatorData":"AQ",)", ""},
      {R"("signature":"Ag",)", ""},
      {R"("signature":"Ag")", R"("signature":7)"},
      {R"("userHandle":"Aw")", R"("userHandle":7)"},
      {R"("userHandle":"Aw")", long_handle},
  };
  for (const auto& [what, with] : in_assertions) {
    EXPECT_FALSE(parse_assertion(replaced(assertion(), what, with))) << with;
  }
  for (const char* text : {"", "{", "[]", "null", "\"x\"", "{}", R"({"response":null})"}) {
    const auto made = parse_registration(std::string_view(text));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, RefusalCode::kMalformed);
    EXPECT_FALSE(parse_assertion(std::string_view(text)));
  }
}

TEST(PasskeyResponses, AreOfAtMost64KiBAndNotNestedDeep) {
  const auto padded = [](std::size_t size) {
    std::string text = registration();
    return text.append(size - text.size(), ' ');
  };
  EXPECT_TRUE(parse_registration(padded(kMaxResponseBytes)));
  EXPECT_FALSE(parse_registration(padded(kMaxResponseBytes + 1)));
  const std::string deep = std::string(20, '[') + std::string(20, ']');
  EXPECT_FALSE(parse_registration(
      replaced(registration(), R"("clientExtensionResults":{})", R"("x":)" + deep)
  ));
}

TEST(PasskeyClientData, IsReadWithItsChallengeDecodedAndTheRestIgnored) {
  const auto data = parse_client_data(
      R"({"extra":[{}],"crossOrigin":true,"topOrigin":"https://top.example","type":"t",)"
      R"("challenge":"AQID","origin":"o","tokenBinding":{"status":"not-supported"}})"
  );
  ASSERT_TRUE(data) << data.error().reason;
  EXPECT_EQ(data->type, "t");
  EXPECT_EQ(data->challenge, "\x01\x02\x03");
  EXPECT_EQ(data->origin, "o");
  EXPECT_TRUE(data->is_cross_origin);
  EXPECT_EQ(data->top_origin, "https://top.example");
  EXPECT_FALSE(parse_client_data(kClientData)->is_cross_origin);
  EXPECT_FALSE(parse_client_data(kClientData)->top_origin);
}

TEST(PasskeyClientData, IsRefusedForEachFaultOfForm) {
  const std::vector<std::string> texts = {
      "",
      "[]",
      "x",
      kClientData + "x",
      "\xef\xbb\xbf" + kClientData,
      replaced(kClientData, "example", "exampl\xff"),
      replaced(kClientData, "AQID", "AQJ"),
      replaced(kClientData, "AQID", "AQID=="),
      replaced(kClientData, "AQID", ""),
      replaced(kClientData, R"("AQID")", "7"),
      replaced(kClientData, R"("challenge":"AQID",)", ""),
      replaced(kClientData, R"("type":"webauthn.get",)", ""),
      replaced(kClientData, R"("webauthn.get")", "null"),
      replaced(kClientData, R"("https://example.org")", "[]"),
      replaced(kClientData, "{", R"({"origin":"https://evil.example",)"),
      replaced(kClientData, "{", R"({"crossOrigin":"false",)"),
      replaced(kClientData, "{", R"({"crossOrigin":null,)"),
      replaced(kClientData, "{", R"({"topOrigin":null,)"),
      replaced(kClientData, "{", R"({"x":[[[[[[[[[[]]]]]]]]]],)"),
  };
  for (const std::string& text : texts) {
    const auto data = parse_client_data(text);
    ASSERT_FALSE(data) << text;
    EXPECT_EQ(data.error().code, RefusalCode::kMalformed) << text;
  }
}

}  // namespace
}  // namespace noded::passkey
