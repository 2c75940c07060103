/** The frame of all pages. */
export const layout = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{heading}} – {{title}}</title>
<link rel="stylesheet" href="/portal.css?{{stylesheetVersion}}">
</head>
<body>
<header class="top"><span class="mark" aria-hidden="true"></span>{{title}}</header>
<main class="{{width}}">
{{> @partial-block}}</main>
</body>
</html>
`;
