//! Texts that want to be markup, and addresses that want to lead away, made systematically.
//! What they are tried on is the tests' choice.

/// 200 texts that are markup, script, or a way out of an attribute or of a JSON text, where they are not escaped.
pub(crate) fn hostile_texts() -> Vec<String> {
    let cores = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<body onload=alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<style>*{display:none}</style>",
        "<!--",
        "-->",
        "]]>",
        "</main>",
        "</title><script>1</script>",
        "</noscript><b>",
        "javascript:alert(1)",
        "&lt;b&gt;",
        "&#60;b&#62;",
        "\\u003cb\\u003e",
        "{{7*7}}",
        "${alert(1)}",
        "<math><mi xlink:href=data:x>",
    ];
    let ways: [(&str, &str); 10] = [
        ("", ""),
        ("\"", ""),
        ("'", ""),
        ("\">", ""),
        ("'>", ""),
        ("\" onfocus=alert(1) autofocus x=\"", ""),
        ("\\\"", "\\"),
        ("</script>", "<script>"),
        ("`", "`"),
        ("&quot;", "&quot;"),
    ];
    let texts = |core: &&str| ways.map(|(before, after)| format!("{before}{core}{after}")).to_vec();
    cores.iter().flat_map(texts).collect()
}

/// 300 addresses that lead elsewhere than a shop would send its buyers.
pub(crate) fn addresses_elsewhere() -> Vec<String> {
    let hosts =
        ["evil.example", "shop.example.evil.example", "shop.example@evil.example", "[::1]", "127.0.0.1:1"];
    let forms = [
        "https://HOST",
        "//HOST",
        "///HOST",
        "/\\HOST",
        "\\\\HOST",
        "https:HOST",
        "https:/HOST",
        "/%2f/HOST",
        "/%5cHOST",
        "%2f%2fHOST",
        "java\tscript:alert('HOST')",
        "/..//HOST",
        "\u{1}JaVaScRiPt:alert('HOST')",
        "https:\u{a0}//HOST",
        "javascript://HOST/%0aalert(1)",
        "data:text/html,HOST",
        "vbscript:HOST",
        "file://HOST/",
        "blob:https://HOST",
        "about:HOST",
    ];
    let ends = ["", "/x", "%0d%0aLocation:%20https://HOST"];
    let mut all = Vec::new();
    for host in hosts {
        for form in forms {
            all.extend(ends.map(|end| format!("{form}{end}").replace("HOST", host)));
        }
    }
    all
}
