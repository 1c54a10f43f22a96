-- 0011: indexes for what would else read the rows of all stories, each of which has the whole text.

-- What a search groups its stories by.
CREATE INDEX articles_facets ON articles(id, published_on, section);
-- Few stories are gone.
CREATE INDEX articles_gone ON articles(gone_at) WHERE gone_at IS NOT NULL;
