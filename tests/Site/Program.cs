using WorkloadIdentity.Tests;

// The site of docs/ (.ci/site): what DocFX reads, and a check of what it wrote.
switch (args)
{
    case ["prepare", var folder, var repository]:
        SitePages.Write(folder, repository);
        return 0;
    case ["finish", var site, var version]:
        var pages = Html.All(Path.Combine(site, version));
        foreach (var page in pages)
        {
            File.WriteAllText(page.File, SiteVersions.Link(page, version).WithoutEmptyHeaders().Text);
        }

        SiteVersions.WriteFirstPage(site);
        var problems = SiteCheck.Problems(site, version).ToList();
        problems.ForEach(Console.WriteLine);
        Console.WriteLine($"{pages.Count} pages, {problems.Count} problems");
        return problems.Count == 0 ? 0 : 1;
    default:
        Console.Error.WriteLine("""
            dotnet run --project tests/Site -- VERB

              prepare FOLDER REPOSITORY  writes what DocFX reads. REPOSITORY is the address of the sources ('' for none)
              finish SITE VERSION        leads from each page to the other versions, writes the first page, and checks links and headings
            """);
        return 2;
}
