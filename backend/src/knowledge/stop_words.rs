//! Words that occur in any question, by language; without accents.

/// Each language and its words, with a space before and after each.
pub(super) const LISTS: [(&str, &str); 8] = [
    (
        "de",
        " aber alle allem allen aller alles als also am an andere anderen andern auch auf aus \
         ausser bei beim bin bis bisschen bist bitte da dabei dafur damit danach danke dann \
         daran darauf darf darin das dass davon dazu dein deine dem den denn der des dich die \
         dies diese diesem diesen dieser dieses dir doch dort du durch eben ein eine einem \
         einen einer eines einfach einmal er erst es etwas euch euer eure frage fragen fur gab \
         ganz gar geben geht gerade gern gerne gibt gut guten habe haben hallo hat hatte helfen \
         heute hier hilfe hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins \
         irgendwie ist ja jede jedem jeden jeder jedes jetzt kann kannst kein keine keinen \
         konnen konnt konnte konnten lang lange leider mache machen macht mal man mehr mein meine meinem \
         meinen meiner mich mir mit mochte mochten moin muss mussen nach nein nicht nichts noch \
         nochmal nun nur ob oder ohne sage sagen schon sehr sein seine seinem seinen seit \
         servus sich sie sind so sogar soll sollen sollte sonst tag tun tut uber um und uns \
         unser unsere unter vom von vor war warum was weil welche welchem welchen welcher \
         welches wenn wer werde werden wie wieder will willst wir wird wirklich wissen wo woher \
         wohin wollen wollte worden wurde wurden zu zum zur zwar ",
    ),
    (
        "en",
        " a about above actually after afternoon again against all already also although always \
         am an and any anyone anything are arent around as at away be because been before being \
         below between bit both but by can cannot cant cheers correct came come comes coming could couldnt d day days \
         did didnt do does doesnt doing dont down during each else enough even evening ever \
         everyone everything few fine folks for from further gave get given go goes going gone \
         good got great guys had haha has have having he hello help her here hey hi him his how \
         i id if ill im in indeed instead into is isnt it its ive just kept know known least \
         less let like ll long lot lots made make makes making many mate may maybe me mean \
         might mine more morning most much must my myself name need needed never nice no none \
         nope nor not nothing now of off often oh ok on once one only or other others otherwise \
         our out own perhaps please possible question quick quite rather really right s said \
         same say says see seem seems several shall she should since so some somebody someone \
         something somewhere sorry still stuff such sure t tell than thank thanks that thats \
         the their them then there theres these they theyre thing things think this those \
         though thought through to turn turned together told tonight too took toward towards u under unless \
         until up upon us use used using usually ve very wanna want wanted was wasnt way we \
         well were weve what whats whether which while who whole whose why will with within \
         without wonder wondering wont work works would yeah yep yes yesterday yet you your \
         youre youve ",
    ),
    (
        "es",
        " a acerca ahora al algo alguien algun alguna algunas algunos alli ante antes aqui asi \
         aun aunque ayuda ayudar bien buenas bueno buenos cada casi como con cual cuales \
         cualquier cuando cuanta cuanto cuantos cuyo da dar de debe debo decir del desde dia \
         dias dice dime donde dos durante e el ella ellas ello ellos en entonces entre era es \
         esa esas ese eso esos esta estaba estan estar estas este esto estos estoy favor fue \
         fueron gracias ha habia habra hace hacen hacer hacerlo hago han has hasta hay he hola \
         ir la las le les lo los luego mas me mi mientras mis mismo muchas mucho muchos muy \
         nada ni ningun ninguna no nos nosotros nuestra nuestro nunca o os otra otras otro \
         otros para pero poco podemos podria podrian por porque pregunta pueda puede pueden \
         puedes puedo pues que quien quiere quiero quisiera saber se sea segun ser si sido \
         siempre sin sobre solo son soy su sus tal tambien tan tanto te tener tengo ti tiene \
         tienen tienes toda todas todo todos tras tu tus un una unas uno unos usted ustedes va \
         vamos vez voy y ya yo ",
    ),
    (
        "fr",
        " a ai aide aider ainsi alors apres as au aucun aucune aujourd aussi autre autres aux \
         avaient avais avait avant avec avez avoir avons beaucoup bien bonjour bonsoir c ca car \
         ce ceci cela celle celles celui ces cet cette ceux chez ci combien comme comment d \
         dans de depuis des desole dire dis dit dites dois doit donc dont du elle elles en \
         encore entre es est et etaient etais etait ete etre eu eux faire fais fait faut hui il \
         ils j jamais je jusqu l la le les leur leurs lors lui m ma mais me meme memes merci \
         mes moi moins mon n ne ni non nos notre nous on ont ou oui par parce pas pendant peu \
         peut peux plait plus possible pour pourquoi pourrais pourrait pouvez pouvoir pouvons \
         puis puisje qu quand que quel quelle quelles quelque quels question qui quoi s sa \
         salut sans savoir se sera serait ses si son sont sous suis sur t ta te tes toi ton \
         tous tout toute toutes tres trop tu un une va vais vers veut veux voici voila vos \
         votre voudrais voulez vous vraiment y ",
    ),
    (
        "it",
        " a adesso ai aiutare aiuto al all alla alle allo altra altre altri altro anche ancora \
         aver avere avete aveva avrei bene buona buonasera buongiorno c che chi ci ciao cioe \
         col come con cosa cosi cui d da dai dal dall dalla dalle dallo dei del dell della \
         delle dello deve devo di dice dire dirmi domanda dopo dove dunque e ed era erano \
         esserci essere fa faccio fare farlo fatto favore fino forse fra gia gli grazie ha hai \
         hanno ho i il in io l la le lei li lo loro lui ma mai me meno mi mia mie miei mio \
         molto ne negli nei nel nell nella nelle nello niente no noi non nostra nostro nulla o \
         oggi ogni ora per perche pero piu po poi possiamo posso possono potete potrebbe potrei \
         prego prima proprio puo puoi qual qualche qualcosa qualcuno quale quali quando quanta \
         quanti quanto quasi quel quella quelle quelli quello questa queste questi questo qui \
         quindi sa salve sapere se sei sempre senza si sia siamo siete sono sta stata stato su \
         sua sue sugli sui sul sulla sulle suo suoi te ti tra tu tua tuo tutta tutte tutti \
         tutto un una uno vi voi volete vorrei vostra vostro vuoi ",
    ),
    (
        "nl",
        " aan al alle alleen alles als alsjeblieft alstublieft altijd ander andere anders \
         bedankt beetje ben bent bij daar daarom dag dan dank dat de deze die dit doe doen doet \
         door dus een eens eerst eigenlijk elk elke en er even gaan gaat geeft geen geven goed \
         goede goedemiddag goedemorgen graag haar had hadden hallo heb hebben hebt heeft heel \
         help helpen hem het hier hij hoe hoeveel hoi hun iemand iets ik in is ja je jij jou \
         jouw jullie kan kon kun kunnen kunt maak maar mag me meer men met mij mijn misschien \
         moet moeten naar niet niets nog nou nu of om omdat ons onze ook op over paar per sinds \
         te tegen toch toen tot tussen u uit uw van vandaag veel via voor vraag vragen waar \
         waarom wanneer want waren was wat we weer weet wel welk welke werd weten wie wij wil \
         willen word worden wordt zal ze zeer zeg zeggen zich zij zijn zo zonder zou zouden ",
    ),
    (
        "pl",
        " a aby albo ale ani az bardzo beda bede bedzie bez bo byc byl byla bylo byly bym chce \
         chcialabym chcialbym ci co cos czego czemu czesc czy czym da dac dla dlaczego do dobra \
         dobre dobry dobrze dokad dziekuje dzien dzis dzisiaj gdy gdyby gdzie go i ich ile im \
         ja jak jaka jaki jakie jakiego jakim jakis je jeden jego jej jemu jesli jest jestem \
         jeszcze jezeli juz kazda kazde kazdy kiedy kto ktora ktore ktorego ktorej ktory \
         ktorych ktos lub ma maja mam mamy mi miedzy mna mnie moge moj moja moje mojego mojej \
         moze mozecie mozemy mozesz mozna mu musi musze my na nad nam nas nasz nasza nasze \
         nawet nic nich nie niech niej nim niz no o od on ona one oni ono oraz pan pana panem \
         pani panstwa panstwo po pod pomoc pomocy poniewaz poprosze potem potrzebuje powiedziec \
         prosze przed przez przy pytanie robic robie sa sie skad sobie swoj swoja swoje ta tak \
         taka taki takie takze tam te tego tej temu ten teraz tez to toba tobie tu tutaj twoj \
         twoja twoje ty tych tylko tym u w was wasz wasza wasze we wiec wiedziec witam wlasnie \
         wszystkich wszystkie wszystko wy z za zawsze ze zeby zrobic ",
    ),
    (
        "pt",
        " a agora ai ainda ajuda ajudar algo alguem algum alguma algumas alguns ali ante antes \
         ao aos apenas aquela aquele aqui aquilo as assim ate bem boa bom cada com como da dado \
         dar das de dela dele deles depois desde deve devo dia dias diz dizer dizerme do dos e \
         ela elas ele eles em entao entre era eram essa essas esse esses esta estao estar estas \
         estava este estes estou eu faco favor faz fazer fez foi for foram gostaria ha hoje \
         isso isto ja la lhe lhes mais mas me mesmo meu meus minha minhas muita muito muitos na \
         nao nas nem nenhum nenhuma no nos nossa nosso num numa nunca o obrigada obrigado oi \
         ola onde os ou outra outras outro outros para pela pelas pelo pelos pergunta pode \
         podem podemos poderia podia pois por porque posso pouco quais qual qualquer quando \
         quanta quanto quantos quase que quem quer queria quero saber sao se seja sem sempre \
         senhor senhora ser sera seu seus si sim so sob sobre sou sua suas tambem tao te tem \
         temos tenho ter teu ti tinha toda todas todo todos tu tua tudo um uma umas uns vai \
         vamos voce voces vou ",
    ),
];

/// The words of a language that say nothing; none for one that is not known here.
pub(super) fn list(language: &str) -> &'static str {
    LISTS.iter().find(|(known, _)| *known == language).map_or("", |(_, words)| words)
}
